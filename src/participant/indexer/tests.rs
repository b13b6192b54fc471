//! What the read cache says about entries, row by row.

use std::fmt::Write as _;

use super::entry::Entry;
use super::names::Names;
use super::rows::{self, Rows};
use super::samples::{
    contract_id, created, exercised, hosting_changed, party, party_added, rejection, transaction,
    transient,
};
use crate::wire::ledger as wire;

/// Numbers of names: parties in the order of their names, then templates.
fn number(entries: &[Entry]) -> Names {
    let mut names = Names::default();
    let missing = names.missing(entries);
    let texts = missing.texts();
    names.learn(missing, |text| {
        let position = texts.iter().position(|known| known == text)?;
        i32::try_from(position + 1).ok()
    });
    names
}

/// The rows as text, one a line, without the parts that only copy an entry.
fn show(rows: &Rows) -> String {
    let mut text = String::new();
    let contract =
        |id: &crate::model::ContractId| (0..=u8::MAX).find(|number| contract_id(*number) == *id);
    for row in &rows.index {
        let delta = if row.delta { " delta" } else { "" };
        let (party, template, offset) = (row.party, row.template, row.offset);
        writeln!(
            text,
            "index party {party} template {template} at {offset}{delta}"
        )
        .unwrap();
    }
    for row in &rows.active {
        let id = contract(&row.contract_id).unwrap();
        let (party, template) = (row.party, row.template);
        let (offset, node) = (row.created_offset, row.node_id);
        writeln!(
            text,
            "active {id} party {party} template {template} at {offset}/{node}"
        )
        .unwrap();
    }
    for row in &rows.archived {
        let id = contract(&row.active.contract_id).unwrap();
        let (party, until) = (row.active.party, row.archived_offset);
        writeln!(text, "archived {id} party {party} until {until}").unwrap();
    }
    for row in &rows.lives {
        let id = contract(&row.contract_id).unwrap();
        let (parties, archived) = (&row.parties, row.archived);
        let (offset, node) = (row.created_offset, row.created_node);
        writeln!(
            text,
            "life {id} parties {parties:?} from {offset}/{node} to {archived:?}"
        )
        .unwrap();
    }
    for row in &rows.ended {
        let id = contract(&row.contract_id).unwrap();
        let (offset, node) = (row.offset, row.node_id);
        writeln!(text, "ended {id} at {offset}/{node}").unwrap();
    }
    for row in &rows.completions {
        let (offset, user, parties) = (row.offset, &row.user_id, &row.parties);
        writeln!(text, "completion at {offset} of {user} for {parties:?}").unwrap();
    }
    text
}

fn check(entries: &[Entry], expected: &str) {
    let rows = rows::rows(entries, &number(entries));
    let shown = show(&rows);
    let lines = |text: &str| {
        text.lines()
            .map(str::trim)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&shown), lines(expected.trim()), "{shown}");
}

#[test]
fn a_create_is_indexed_for_its_witnesses_and_active_for_its_stakeholders() {
    // bob (2) only sees it
    let entry = transaction(5, vec![created(3, 1, 0, &[0, 1, 2], &[0, 1])]);
    check(
        &[entry],
        "index party 0 template 4 at 5 delta
         index party 1 template 4 at 5 delta
         index party 2 template 4 at 5 delta
         index party 3 template 4 at 5
         active 1 party 0 template 4 at 5/3
         active 1 party 1 template 4 at 5/3
         active 1 party 2 template 4 at 5/3
         life 1 parties [1, 2] from 5/3 to None
         completion at 5 of user for [2]",
    );
}

#[test]
fn a_contract_of_an_earlier_batch_ends_and_one_of_this_batch_is_archived_at_once() {
    let entries = [
        transaction(5, vec![created(0, 1, 0, &[1], &[1])]),
        transaction(
            6,
            vec![
                exercised(0, 1, true, &[1], &[1]),
                exercised(1, 9, true, &[1], &[1]),
            ],
        ),
    ];
    check(
        &entries,
        "index party 0 template 2 at 5 delta
         index party 1 template 2 at 5 delta
         index party 0 template 2 at 6 delta
         index party 1 template 2 at 6 delta
         archived 1 party 0 until 6
         archived 1 party 1 until 6
         life 1 parties [1] from 5/0 to Some((6, 0))
         ended 9 at 6/1
         completion at 5 of user for [1]
         completion at 6 of user for [1]",
    );
}

#[test]
fn a_transient_contract_has_a_life_but_is_never_active() {
    let events = vec![
        transient(created(0, 1, 0, &[1], &[1])),
        transient(exercised(1, 1, true, &[1], &[1])),
    ];
    check(
        &[transaction(5, events)],
        "index party 0 template 2 at 5
         index party 1 template 2 at 5
         life 1 parties [1] from 5/0 to Some((5, 1))
         completion at 5 of user for [1]",
    );
}

#[test]
fn what_changes_no_contract_of_a_party_hosted_here_is_no_delta() {
    let events = vec![
        // not consuming
        exercised(0, 7, false, &[1], &[1]),
        // somebody else's, seen by a witness
        created(1, 2, 1, &[1], &[]),
    ];
    check(
        &[transaction(5, events)],
        "index party 0 template 2 at 5
         index party 0 template 3 at 5
         index party 1 template 2 at 5
         index party 1 template 3 at 5
         completion at 5 of user for [1]",
    );
}

#[test]
fn a_rejection_is_a_completion_only_and_moves_no_domain_time() {
    let entries = [rejection(7, &["bank", "alice", "bank"])];
    check(&entries, "completion at 7 of user for [1, 2]");
    let rows = rows::rows(&entries, &number(&entries));
    assert_eq!(rows.update_ids, []);
    assert!(rows.domain_times.is_empty());
}

#[test]
fn a_party_is_a_topology_event_and_known_once_with_all_its_hosts() {
    let entries = [party_added(1, "alice"), party_added(2, "alice")];
    check(
        &entries,
        "index party 0 template 0 at 1
         index party 1 template 0 at 1
         index party 0 template 0 at 2
         index party 1 template 0 at 2",
    );
    let rows = rows::rows(&entries, &number(&entries));
    assert_eq!(rows.parties.len(), 1);
    assert_eq!(rows.update_ids.len(), 2);
    let times: Vec<i64> = rows.domain_times.values().map(|t| t.micros()).collect();
    assert_eq!(times, [super::samples::TIME + 2]);
}

#[test]
fn a_party_has_the_hosts_that_it_has_after_the_last_change() {
    use wire::host_change::{Kind, Permission};
    let change = |name: &str, kind: Kind, permission: Permission| wire::HostChange {
        participant: party(name),
        kind: kind.into(),
        permission: permission.into(),
    };
    let changed = |offset, is_local, changes| hosting_changed(offset, "alice", is_local, changes);
    let (one, two) = ("participant1", "participant2");
    let entries = [
        changed(
            1,
            true,
            vec![
                change(one, Kind::Added, Permission::Submission),
                change(two, Kind::Added, Permission::Observation),
            ],
        ),
        changed(
            2,
            true,
            vec![change(two, Kind::Revoked, Permission::Unspecified)],
        ),
        changed(
            3,
            false,
            vec![
                change(one, Kind::Revoked, Permission::Unspecified),
                change(two, Kind::Added, Permission::Confirmation),
            ],
        ),
    ];
    let rows = rows::rows(&entries, &number(&entries));
    let row = rows.parties.values().next().unwrap();
    let names = |ids: &std::collections::BTreeSet<crate::model::ParticipantId>| {
        ids.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert!(!row.is_local);
    assert_eq!(names(&row.participants), [party(two)]);
    assert_eq!(names(&row.left), [party(one)]);
}

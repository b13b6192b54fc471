//! What is in force when.

#![allow(clippy::unwrap_used)]

use super::world::*;
use crate::model::Duration;
use crate::topology::*;

const FOUNDED: i64 = 100;
const DELAY: i64 = 250;

/// A domain founded at 100 with a delay of 250, and participant 1.
fn register() -> Register {
    let parameters = DomainParameters {
        topology_change_delay: Duration::from_micros(DELAY),
        ..DomainParameters::default()
    };
    let mut register = Register::new();
    for (mapping, by) in [
        (with_parameters(&domain(0), parameters), 0),
        (keys_of(1), 1),
        (trusts(1, &domain(0)), 1),
    ] {
        let signed = next(register.head(), mapping, &[by]);
        register.publish(&signed.encode(), at(FOUNDED)).unwrap();
    }
    register
}

fn host(register: &mut Register, namespace_of: u8, sequenced_at: i64) {
    let mapping = hosted(
        &party(&namespace(namespace_of)),
        1,
        &[(1, Permission::Submission)],
    );
    let signed = next(register.head(), mapping, &[namespace_of, 1]);
    register
        .publish(&signed.encode(), at(sequenced_at))
        .unwrap();
}

#[test]
fn what_a_domain_is_founded_with_has_no_delay_and_everything_else_has() {
    let mut register = register();
    assert_eq!(register.advance(at(FOUNDED)), [], "later than, not at");
    assert_eq!(register.advance(at(FOUNDED + 1)).len(), 3);
    assert!(register.now().has_joined(&participant(1)));

    host(&mut register, 2, 200);
    let ours = party(&namespace(2));
    assert_eq!(register.next_change(), Some(at(450)));
    assert_eq!(register.advance(at(450)), []);
    assert_eq!(register.now().hosting(&ours), None);
    let effective = register.advance(at(451));
    assert_eq!(effective.len(), 1);
    assert_eq!(effective[0].at, at(450));
    assert!(register.now().hosting(&ours).is_some());
    assert_eq!(register.next_change(), None);
    assert_eq!(register.advance(at(451)), [], "once");
}

#[test]
fn the_snapshot_for_a_time_is_known_as_far_as_the_delay_and_does_not_change_any_more() {
    let mut register = register();
    register.advance(at(200));
    host(&mut register, 2, 200);
    let ours = party(&namespace(2));
    let hosts = |register: &Register, time| {
        let snapshot = register.at(at(time));
        snapshot.map(|it| it.hosting(&ours).is_some())
    };
    assert_eq!(register.at(at(FOUNDED)).unwrap().domain(), None);
    assert_eq!(hosts(&register, 201), Some(false));
    assert_eq!(hosts(&register, 450), Some(false));
    assert_eq!(hosts(&register, 451), None, "not known yet");
    register.advance(at(210));
    assert_eq!(hosts(&register, 451), Some(true));
    assert_eq!(hosts(&register, 461), None);
    host(&mut register, 3, 500);
    register.advance(at(9_000));
    for (time, expected) in [(201, false), (450, false), (451, true), (9_000, true)] {
        assert_eq!(hosts(&register, time), Some(expected), "{time}");
    }
}

#[test]
fn a_statement_builds_on_what_was_sequenced_though_it_is_not_in_force() {
    let mut register = register();
    register.advance(at(200));
    let delegation = delegated(2, 5, Restriction::Nothing);
    let signed = next(register.head(), delegation, &[2]);
    register.publish(&signed.encode(), at(200)).unwrap();
    let mapping = hosted(&party(&namespace(2)), 1, &[(1, Permission::Submission)]);
    let signed = next(register.head(), mapping, &[5, 1]);
    register.publish(&signed.encode(), at(201)).unwrap();
    assert_eq!(register.advance(at(1_000)).len(), 2);
}

#[test]
fn a_proposal_is_in_force_some_time_after_its_last_signature() {
    let mut register = register();
    register.advance(at(200));
    let ours = party(&namespace(2));
    let mapping = hosted(&ours, 1, &[(1, Permission::Submission)]);
    let [first, second] = [2, 1].map(|by| next(register.head(), mapping.clone(), &[by]));
    register.publish(&first.encode(), at(200)).unwrap();
    assert_eq!(register.proposals().count(), 1);
    assert_eq!(register.next_change(), None);
    register.publish(&second.encode(), at(700)).unwrap();
    assert_eq!(register.proposals().count(), 0);
    assert_eq!(register.next_change(), Some(at(950)));
}

#[test]
fn a_replayed_history_gives_the_same_snapshots() {
    let mut live = register();
    let mut log: Vec<(_, i64)> = Vec::new();
    for (place, time) in [(2, 200), (3, 260), (4, 800)] {
        let mapping = hosted(&party(&namespace(place)), 1, &[(1, Permission::Submission)]);
        let signed = next(live.head(), mapping, &[place, 1]).encode();
        live.advance(at(time));
        live.publish(&signed, at(time)).unwrap();
        log.push((signed, time));
    }
    let mut again = register();
    for (signed, time) in &log {
        again.publish(signed, at(*time)).unwrap();
    }
    again.advance(at(800));
    for time in [150, 300, 451, 511, 800, 1_050] {
        for place in 2..=4 {
            let ours = party(&namespace(place));
            let hosting = |it: &Register| it.at(at(time)).map(|it| it.hosting(&ours).cloned());
            assert_eq!(hosting(&live), hosting(&again), "{place} at {time}");
        }
    }
}

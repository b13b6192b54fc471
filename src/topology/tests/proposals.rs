//! Transactions that wait for signatures.

#![allow(clippy::unwrap_used)]

use super::world::*;
use crate::model::Duration;
use crate::topology::*;

fn shared() -> (Mapping, [SignedTransaction; 3]) {
    let ours = party(&namespace(0));
    let hosts = [(1, Permission::Confirmation), (2, Permission::Confirmation)];
    let mapping = hosted(&ours, 2, &hosts);
    let state = State::new();
    let parts = [0, 1, 2].map(|by| next(&state, mapping.clone(), &[by]));
    (mapping, parts)
}

#[test]
fn a_proposal_takes_effect_once_in_whatever_order_signatures_come_and_however_often() {
    let (_, parts) = shared();
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut head = Head::default();
        let mut effects = 0;
        for place in order {
            for _ in 0..2 {
                let taken = head.take(parts[place].clone(), at(1), at(1));
                effects += usize::from(matches!(taken, Ok(Taken::Authorized { .. })));
            }
        }
        assert_eq!(effects, 1, "{order:?}");
        let [a, b, c] = [0, 1, 2].map(|place| head.take(parts[place].clone(), at(2), at(2)));
        assert!([a, b, c].iter().all(|it| *it == Err(Error::AlreadyInForce)));
        assert_eq!(
            head.state()
                .serial(&parts[0].transaction().mapping.subject()),
            Some(1)
        );
        assert_eq!(head.proposals().count(), 0);
    }
}

#[test]
fn a_signature_that_counts_for_nothing_is_not_kept() {
    let (mapping, parts) = shared();
    let mut head = Head::default();
    let stranger = next(&State::new(), mapping.clone(), &[7]);
    let refused = head.take(stranger, at(1), at(1));
    assert!(matches!(refused, Err(Error::NotAuthorized(_))));
    let mixed = next(&State::new(), mapping, &[1, 7]);
    let taken = head.take(mixed, at(1), at(1)).unwrap();
    assert_eq!(taken.transaction().signed_by(), [namespace(1)]);
    let again = head.take(parts[1].clone(), at(1), at(1));
    assert_eq!(again, Err(Error::AlreadyProposed));
}

#[test]
fn a_proposal_ends_with_its_time_and_with_another_statement_about_its_subject() {
    let (_, parts) = shared();
    let mut head = Head::default();
    head.take(parts[1].clone(), at(1), at(1)).unwrap();
    let alone = hosted(&party(&namespace(0)), 1, &[(0, Permission::Submission)]);
    let settled = next(&State::new(), alone, &[0]);
    head.take(settled, at(2), at(2)).unwrap();
    assert_eq!(head.proposals().count(), 0);
    let late = head.take(parts[2].clone(), at(3), at(3));
    assert!(matches!(late, Err(Error::SerialMismatch { .. })));

    let mut head = Head::default();
    head.take(parts[1].clone(), at(1), at(1)).unwrap();
    let a_week = at(1).plus(Duration::from_secs(7 * 24 * 60 * 60));
    let other = hosted(&party(&namespace(3)), 1, &[(4, Permission::Submission)]);
    head.take(next(&State::new(), other, &[3]), a_week, a_week)
        .unwrap();
    let waiting: Vec<_> = head.proposals().collect();
    assert_eq!(waiting.len(), 1, "the first has expired");
    assert!(waiting[0].expires_at > a_week);
}

#[test]
fn proposals_about_one_subject_have_a_bound() {
    let ours = party(&namespace(0));
    let mut head = Head::default();
    for host in 1..=8 {
        let mapping = hosted(&ours, 1, &[(host, Permission::Submission)]);
        head.take(next(&State::new(), mapping, &[host]), at(1), at(1))
            .unwrap();
    }
    let mapping = hosted(&ours, 1, &[(9, Permission::Submission)]);
    let refused = head.take(next(&State::new(), mapping, &[9]), at(1), at(1));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "8 proposals wait for signatures already; sign or wait until some have expired"
    );
}

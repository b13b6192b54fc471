//! Whose signature counts for what.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::world::*;
use crate::topology::*;

fn only(kinds: &[Kind]) -> Restriction {
    Restriction::Only(kinds.iter().copied().collect())
}

/// Whether a key may host a party of namespace 0 at its own participant.
fn hosts(state: &State, by: &[u8]) -> bool {
    let mapping = hosted(&party(&namespace(0)), 1, &[(0, Permission::Submission)]);
    state.clone().apply(&next(state, mapping, by)).is_ok()
}

#[test]
fn a_delegated_key_signs_what_its_restriction_allows() {
    for (restriction, for_parties, for_delegations) in [
        (Restriction::Nothing, true, true),
        (Restriction::NoDelegations, true, false),
        (only(&[Kind::PartyToParticipant]), true, false),
        (only(&[Kind::VettedPackages]), false, false),
        (only(&[Kind::NamespaceDelegation]), false, true),
    ] {
        let mut state = State::new();
        assert!(!hosts(&state, &[1]));
        let delegation = delegated(0, 1, restriction.clone());
        state.apply(&next(&state, delegation, &[0])).unwrap();
        assert_eq!(hosts(&state, &[1]), for_parties, "{restriction:?}");
        let further = next(&state, delegated(0, 2, Restriction::Nothing), &[1]);
        let delegates = state.clone().apply(&further).is_ok();
        assert_eq!(delegates, for_delegations, "{restriction:?}");
    }
}

#[test]
fn what_a_revoked_delegation_supported_ends_for_new_transactions() {
    let mut state = State::new();
    let first = delegated(0, 1, Restriction::Nothing);
    state.apply(&next(&state, first.clone(), &[0])).unwrap();
    for (to, by) in [(2, 1), (3, 2)] {
        let further = delegated(0, to, Restriction::Nothing);
        state.apply(&next(&state, further, &[by])).unwrap();
    }
    let mapping = hosted(&party(&namespace(0)), 1, &[(0, Permission::Confirmation)]);
    state.apply(&next(&state, mapping, &[3])).unwrap();
    assert!([1, 2, 3].iter().all(|by| hosts(&state, &[*by])));

    state.apply(&end(&state, first.clone(), &[0])).unwrap();
    assert!(![1, 2, 3].iter().any(|by| hosts(&state, &[*by])));
    assert!(state.hosting(&party(&namespace(0))).is_some(), "stays");

    // whoever is trusted again brings back what he has signed
    state.apply(&next(&state, first, &[0])).unwrap();
    assert!([1, 2, 3].iter().all(|by| hosts(&state, &[*by])));
}

#[test]
fn a_revoked_root_ends_its_namespace() {
    let mut state = State::new();
    let root = delegated(0, 0, Restriction::Nothing);
    state.apply(&next(&state, root.clone(), &[0])).unwrap();
    let other = delegated(0, 1, Restriction::Nothing);
    state.apply(&next(&state, other, &[0])).unwrap();
    state.apply(&end(&state, root.clone(), &[1])).unwrap();
    assert!(!hosts(&state, &[0]) && !hosts(&state, &[1]));
    assert!(state.clone().apply(&next(&state, root, &[0])).is_err());
}

#[test]
fn owners_of_a_namespace_sign_together() {
    let owners =
        |numbers: &[u8]| -> BTreeSet<_> { numbers.iter().map(|it| namespace(*it)).collect() };
    let founding = owners(&[1, 2, 3]);
    let ours = Mapping::namespace_of(&founding);
    let with = |threshold, owners| Mapping::DecentralizedNamespace {
        namespace: ours.clone(),
        threshold,
        owners,
    };
    let mut state = State::new();
    let founded = with(2, founding.clone());
    let lacking = next(&state, founded.clone(), &[1, 2]);
    assert!(matches!(
        state.apply(&lacking),
        Err(Error::NotAuthorized(_))
    ));
    state.apply(&next(&state, founded, &[1, 2, 3])).unwrap();

    let mapping = hosted(&party(&ours), 1, &[(4, Permission::Submission)]);
    for (by, is_enough) in [
        (vec![1, 4], false),
        (vec![1, 3, 4], true),
        (vec![1, 2], false),
    ] {
        let signed = next(&state, mapping.clone(), &by);
        assert_eq!(state.clone().apply(&signed).is_ok(), is_enough, "{by:?}");
    }
    // a new owner agrees, and so do enough of the old ones; who leaves is not asked
    let changed = with(1, owners(&[2, 4]));
    for (by, is_enough) in [
        (vec![2, 3], false),
        (vec![2, 4], false),
        (vec![1, 3, 4], true),
    ] {
        let signed = next(&state, changed.clone(), &by);
        assert_eq!(state.clone().apply(&signed).is_ok(), is_enough, "{by:?}");
    }
    state.apply(&next(&state, changed, &[1, 2, 4])).unwrap();
    assert!(state.clone().apply(&next(&state, mapping, &[4])).is_ok());
}

#[test]
fn a_party_agrees_to_more_and_a_host_may_do_less() {
    let ours = party(&namespace(0));
    let mut state = founded();
    let both = [(1, Permission::Submission), (2, Permission::Confirmation)];
    state
        .apply(&next(&state, hosted(&ours, 1, &both), &[0, 1, 2]))
        .unwrap();
    for (hosts, threshold, by, is_enough) in [
        // removed by the party or by the host, not by another host
        (vec![both[0]], 1, vec![0], true),
        (vec![both[0]], 1, vec![2], true),
        (vec![both[0]], 1, vec![1], false),
        // less: either
        (
            vec![both[0], (2, Permission::Observation)],
            1,
            vec![2],
            true,
        ),
        (
            vec![both[0], (2, Permission::Observation)],
            1,
            vec![0],
            true,
        ),
        (
            vec![both[0], (2, Permission::Observation)],
            1,
            vec![1],
            false,
        ),
        // more: both
        (
            vec![both[0], (2, Permission::Submission)],
            1,
            vec![0],
            false,
        ),
        (
            vec![both[0], (2, Permission::Submission)],
            1,
            vec![2],
            false,
        ),
        (
            vec![both[0], (2, Permission::Submission)],
            1,
            vec![0, 2],
            true,
        ),
        // the threshold: the party
        (both.to_vec(), 2, vec![0], true),
        (both.to_vec(), 2, vec![1, 2], false),
    ] {
        let signed = next(&state, hosted(&ours, threshold, &hosts), &by);
        let accepted = state.clone().apply(&signed).is_ok();
        assert_eq!(accepted, is_enough, "{hosts:?} {threshold} by {by:?}");
    }
}

#[test]
fn a_key_is_replaced_by_way_of_both() {
    let member = participant(1).member();
    let keys = |numbers: &[u8]| Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys {
            signing: numbers.iter().map(|it| key(*it).public()).collect(),
            ..MemberKeys::signing(key(9).public())
        },
    };
    let mut state = State::new();
    state.apply(&next(&state, keys(&[5]), &[1, 5])).unwrap();
    let unproven = next(&state, keys(&[5, 6]), &[1, 5]);
    assert!(state.apply(&unproven).is_err());
    state.apply(&next(&state, keys(&[5, 6]), &[1, 6])).unwrap();
    assert_eq!(state.keys_of(&member).unwrap().signing.len(), 2);
    state.apply(&next(&state, keys(&[6]), &[1])).unwrap();
    assert_eq!(state.keys_of(&member).unwrap().signing, [key(6).public()]);
}

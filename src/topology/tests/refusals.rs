//! Every refusal with its message.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::world::*;
use crate::model::{Duration, MemberId, MemberKind};
use crate::topology::*;

fn refused(state: &State, signed: &SignedTransaction) -> String {
    let error = state.clone().apply(signed).unwrap_err();
    // short names instead of fingerprints
    let mut text = error.to_string();
    for number in 0..8 {
        text = text.replace(namespace(number).as_str(), &format!("n{number}"));
    }
    text
}

/// A domain whose owner lets nobody in without permission.
fn restricted() -> State {
    let mut state = founded();
    let parameters = DomainParameters {
        onboarding: Onboarding::Restricted,
        ..DomainParameters::default()
    };
    let mapping = with_parameters(&domain(0), parameters);
    state.apply(&next(&state, mapping, &[0])).unwrap();
    state.apply(&next(&state, keys_of(3), &[3])).unwrap();
    state
}

fn permitted(number: u8, permitted: Permitted) -> Mapping {
    Mapping::ParticipantPermission {
        domain: domain(0),
        participant: participant(number),
        permitted,
    }
}

#[test]
fn statements_are_refused_with_their_reason() {
    let state = founded();
    let ours = party(&namespace(1));
    let at_home = hosted(&ours, 1, &[(1, Permission::Submission)]);
    let mut hosting = state.clone();
    hosting.apply(&next(&state, at_home.clone(), &[1])).unwrap();
    let other_domain = DomainParameters::default();
    let version = DomainParameters {
        protocol_version: Some(34),
        ..DomainParameters::default()
    };
    let delay = DomainParameters {
        topology_change_delay: Duration::default(),
        ..DomainParameters::default()
    };
    let foreign = Mapping::OwnerToKey {
        member: MemberId::new(MemberKind::Mediator, "m", &namespace(1)).unwrap(),
        keys: MemberKeys::signing(key(1).public()),
    };
    let outdated = Transaction::first(hosted(&ours, 1, &[(1, Permission::Confirmation)]));
    for (state, signed, reason) in [
        (
            &state,
            next(&state, at_home.clone(), &[2]),
            "the topology transaction is not signed for namespace n1",
        ),
        (
            &hosting,
            outdated.sign(&[&key(1)]),
            "the topology transaction has serial 1, expected 2",
        ),
        (
            &hosting,
            next(&hosting, at_home.clone(), &[1]),
            "the topology transaction changes nothing",
        ),
        (
            &state,
            end(&state, at_home.clone(), &[1]),
            "there is no party-to-participant in force that says what the topology transaction removes",
        ),
        (
            &state,
            end(&state, with_parameters(&domain(0), other_domain), &[0]),
            "a domain-parameters can be replaced but not removed",
        ),
        (
            &state,
            next(&state, with_parameters(&domain(4), other_domain), &[4]),
            "the topology transaction is about domain d::n4, and this is domain d::n0",
        ),
        (
            &state,
            next(&state, with_parameters(&domain(0), version), &[0]),
            "the protocol version was founded with the domain and cannot be changed",
        ),
        (
            &state,
            next(&state, with_parameters(&domain(0), delay), &[0]),
            "the topology change delay was founded with the domain and cannot be changed",
        ),
        (
            &state,
            next(
                &state,
                hosted(&ours, 1, &[(4, Permission::Submission)]),
                &[1, 4],
            ),
            "participant p4::n4 has not joined the domain",
        ),
        (
            &state,
            next(&state, trusts(4, &domain(0)), &[4]),
            "participant p4::n4 has no keys on the domain",
        ),
        (
            &hosting,
            end(&hosting, trusts(1, &domain(0)), &[1]),
            "participant p1::n1 still hosts 1 parties on the domain",
        ),
        (
            &state,
            next(&state, foreign, &[1]),
            "MED::m::n1 is not in the namespace of domain d::n0, and takes part in it as no participant",
        ),
        (
            &hosting,
            end(&hosting, keys_of(1), &[1]),
            "participant p1::n1 still hosts 1 parties on the domain",
        ),
    ] {
        assert_eq!(refused(state, &signed), reason);
    }
}

#[test]
fn a_restricted_domain_admits_who_has_a_permission() {
    let mut state = restricted();
    let trust = trusts(3, &domain(0));
    assert_eq!(
        refused(&state, &next(&state, trust.clone(), &[3])),
        "the domain is restricted and its owner has not permitted participant p3::n3; ask the owner for \
         a permission"
    );
    let granted = permitted(3, Permitted::default());
    assert_eq!(
        refused(&state, &next(&state, granted.clone(), &[3])),
        "the topology transaction is not signed for namespace n0"
    );
    state.apply(&next(&state, granted, &[0])).unwrap();
    state.apply(&next(&state, trust, &[3])).unwrap();
    assert!(state.has_joined(&participant(3)));
}

#[test]
fn a_participant_hosts_as_many_parties_as_it_may() {
    let mut state = founded();
    let one = Permitted {
        parties_max: Some(1),
        ..Permitted::default()
    };
    state.apply(&next(&state, permitted(1, one), &[0])).unwrap();
    let host = [(1, Permission::Submission)];
    let first = hosted(&party(&namespace(1)), 1, &host);
    state.apply(&next(&state, first.clone(), &[1])).unwrap();
    let second = hosted(&party(&namespace(5)), 1, &host);
    assert_eq!(
        refused(&state, &next(&state, second.clone(), &[1, 5])),
        "participant p1::n1 may host 1 parties on the domain and hosts them already"
    );
    state.apply(&end(&state, first, &[1])).unwrap();
    state.apply(&next(&state, second, &[1, 5])).unwrap();
}

#[test]
fn a_namespace_has_a_key_or_owners() {
    let owners =
        |numbers: &[u8]| -> BTreeSet<_> { numbers.iter().map(|it| namespace(*it)).collect() };
    let ours = Mapping::namespace_of(&owners(&[1, 2]));
    let of = |namespace, owners| Mapping::DecentralizedNamespace {
        namespace,
        threshold: 1,
        owners,
    };
    let mut state = State::new();
    let elsewhere = of(namespace(3), owners(&[1, 2]));
    assert_eq!(
        refused(&state, &next(&state, elsewhere, &[1, 2])),
        "malformed topology transaction: the namespace does not follow from its owners"
    );
    let founding = of(ours.clone(), owners(&[1, 2]));
    state.apply(&next(&state, founding, &[1, 2])).unwrap();
    let nested: BTreeSet<_> = [ours.clone(), namespace(3)].into();
    let nested = of(Mapping::namespace_of(&nested), nested);
    let in_use = format!("namespace {ours} is of another sort: it has either a root key or owners");
    assert_eq!(refused(&state, &next(&state, nested, &[1, 2, 3])), in_use);
    let delegation = Mapping::NamespaceDelegation {
        namespace: ours,
        key: key(4).public(),
        restriction: Restriction::Nothing,
    };
    assert_eq!(refused(&state, &next(&state, delegation, &[1, 2])), in_use);
    let root = delegated(1, 1, Restriction::NoDelegations);
    assert_eq!(
        refused(&state, &next(&state, root, &[1])),
        "malformed topology transaction: a root key cannot be restricted"
    );
}

#[test]
fn a_namespace_has_a_bounded_number_of_delegations() {
    let mut state = State::new();
    for number in 1..=64 {
        let delegation = delegated(0, number, Restriction::Nothing);
        state.apply(&next(&state, delegation, &[0])).unwrap();
    }
    let one_more = next(&state, delegated(0, 65, Restriction::Nothing), &[0]);
    assert_eq!(
        refused(&state, &one_more),
        "namespace n0 has 64 delegations already"
    );
    let narrower = delegated(0, 64, Restriction::NoDelegations);
    state.apply(&next(&state, narrower, &[0])).unwrap();
    let gone = delegated(0, 7, Restriction::Nothing);
    state.apply(&end(&state, gone, &[0])).unwrap();
    state.apply(&one_more).unwrap();
}

#[test]
fn a_participant_keeps_a_key_to_encrypt_with() {
    let state = founded();
    let without = Mapping::OwnerToKey {
        member: participant(1).member(),
        keys: MemberKeys::signing(key(1).public()),
    };
    assert_eq!(
        refused(&state, &next(&state, without, &[1])),
        "participant p1::n1 has no keys on the domain"
    );
}

#[test]
fn what_is_malformed_is_refused_when_it_is_read() {
    let ours = party(&namespace(1));
    let member = participant(1).member();
    let keys = |signing: Vec<_>| Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys {
            signing,
            encryption: None,
        },
    };
    let many = (0..9).map(|number| key(number).public()).collect();
    let twice = Hosting {
        threshold: 1,
        hosts: [Permission::Submission; 2]
            .map(|permission| Host {
                participant: participant(1),
                permission,
            })
            .into(),
    };
    for (mapping, reason) in [
        (
            keys(vec![]),
            "a member has between 1 and 8 keys to sign with",
        ),
        (keys(many), "a member has between 1 and 8 keys to sign with"),
        (keys(vec![key(1).public(); 2]), "a key stands twice"),
        (
            hosted(
                &ours,
                2,
                &[(1, Permission::Submission), (2, Permission::Observation)],
            ),
            "threshold 2 does not fit 1 confirming hosts",
        ),
        (
            hosted(&ours, 0, &[]),
            "threshold 0 does not fit 0 confirming hosts",
        ),
        (
            Mapping::PartyToParticipant {
                party: ours,
                hosting: twice,
            },
            "a host stands twice",
        ),
        (
            delegated(0, 1, Restriction::Only(BTreeSet::new())),
            "the kinds do not fit the restriction",
        ),
        (
            Mapping::DecentralizedNamespace {
                namespace: namespace(0),
                threshold: 3,
                owners: [namespace(1), namespace(2)].into(),
            },
            "threshold 3 does not fit 2 owners, of which there are 32 at most",
        ),
        (
            with_parameters(
                &domain(0),
                DomainParameters {
                    topology_change_delay: Duration::from_secs(61),
                    ..DomainParameters::default()
                },
            ),
            "a topology change delay of more than a minute",
        ),
        (
            with_parameters(
                &domain(0),
                DomainParameters {
                    reconciliation_interval: Duration::from_micros(1),
                    ..DomainParameters::default()
                },
            ),
            "a reconciliation interval of less than 100 ms",
        ),
    ] {
        let signed = Transaction::first(mapping).sign(&[&key(0)]);
        let error = SignedTransaction::decode(signed.encode()).unwrap_err();
        assert_eq!(error, Error::Malformed(reason.to_owned()));
    }
}

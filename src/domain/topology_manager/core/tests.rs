//! What the topology manager decides.

#![allow(clippy::unwrap_used)]

use std::slice::from_ref;

use super::*;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{ParticipantId, Party, PartyHint};
use crate::topology::{Host, Hosting, Onboarding, Permission, Validity};

fn founded() -> (Core, Identity) {
    let identity = Identity::generate("domain1").unwrap();
    let mut core = Core::new();
    core.genesis(&identity, DomainParameters::default())
        .unwrap();
    (core, identity)
}

const START: Timestamp = Timestamp::EPOCH;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn newcomer(domain: &Identity) -> (MemberId, SigningKey, Vec<SignedTransaction>) {
    let key = SigningKey::generate();
    let participant = ParticipantId::new("p", &key.public().fingerprint()).unwrap();
    let keys = Mapping::OwnerToKey {
        member: participant.member(),
        keys: MemberKeys::signing(key.public()).encrypted_with(EncryptionKey::generate().public()),
    };
    let trust = Mapping::DomainTrust {
        participant: participant.clone(),
        domain: domain.domain.clone(),
    };
    let transactions = [keys, trust].map(|it| Transaction::first(it).sign(&[&key]));
    (participant.member(), key, transactions.to_vec())
}

#[test]
fn a_newcomer_is_admitted_once_and_learns_what_was_published_before() {
    let (mut core, identity) = founded();
    let (member, _, transactions) = newcomer(&identity);
    let admitted = core
        .admit(&identity, &member, transactions.clone(), START)
        .unwrap();
    let publication = admitted.unwrap();
    assert_eq!(publication.number, 2);
    assert_eq!(core.before(&publication), None, "it is not known when");
    core.sequenced(1, at(5)).unwrap();
    assert_eq!(core.before(&publication).unwrap().len(), 2);
    assert!(core.head().keys_of(&member).is_some());
    assert_eq!(
        core.admit(&identity, &member, transactions, START),
        Ok(None)
    );
}

#[test]
fn a_newcomer_cannot_speak_for_another() {
    let (mut core, identity) = founded();
    let (member, _, _) = newcomer(&identity);
    let (_, _, of_another) = newcomer(&identity);
    assert!(core.admit(&identity, &member, of_another, START).is_err());
}

#[test]
fn nobody_joins_as_a_part_of_the_domain_from_outside() {
    let (mut core, identity) = founded();
    let (_, key, _) = newcomer(&identity);
    let own = key.public().fingerprint();
    for kind in [
        MemberKind::Mediator,
        MemberKind::Sequencer,
        MemberKind::TopologyManager,
    ] {
        let member = MemberId::new(kind, "evil", &own).unwrap();
        let said = Transaction::first(Mapping::OwnerToKey {
            member: member.clone(),
            keys: MemberKeys::signing(key.public()),
        })
        .sign(&[&key]);
        let before = core.head().members().count();
        let foreign = Error::ForeignMember {
            member: member.clone(),
            domain: identity.domain.clone(),
        };
        let submitted = core.submit(&[said.encode()], START);
        assert_eq!(submitted, Err(foreign.clone()));
        let admitted = core.admit(&identity, &member, vec![said], START);
        assert_eq!(admitted, Err(foreign));
        assert_eq!(core.head().members().count(), before);
    }
}

#[test]
fn the_domain_signs_for_the_keys_of_its_own_members_and_for_nothing_that_comes_with_them() {
    let (mut core, identity) = founded();
    let stranger = SigningKey::generate();
    let mediator = identity.member.sibling(MemberKind::Mediator);
    let keys = Mapping::OwnerToKey {
        member: mediator.clone(),
        keys: MemberKeys::signing(stranger.public()),
    };
    let delegation = Mapping::NamespaceDelegation {
        namespace: identity.namespace_key.public().fingerprint(),
        key: stranger.public(),
        restriction: crate::topology::Restriction::Nothing,
    };
    let of_manager = Mapping::OwnerToKey {
        member: identity.member.clone(),
        keys: MemberKeys::signing(stranger.public()),
    };
    let parameters = Mapping::DomainParameters {
        domain: identity.domain.clone(),
        parameters: DomainParameters::default(),
    };
    for hidden in [delegation, of_manager, parameters] {
        let said = [keys.clone(), hidden].map(|mapping| {
            let transaction = Transaction {
                serial: core.head().next_serial(&mapping.subject()),
                remove: false,
                mapping,
            };
            transaction.sign(&[&stranger])
        });
        let admitted = core.admit(&identity, &mediator, said.to_vec(), START);
        assert!(matches!(admitted, Err(Error::NotAuthorized(_))));
        assert!(core.head().keys_of(&mediator).is_none());
    }
    let honest = Transaction::first(keys).sign(&[&stranger]);
    let admitted = core.admit(&identity, &mediator, vec![honest], START);
    assert!(admitted.unwrap().is_some());
}

#[test]
fn a_submission_is_published_whole_or_not_at_all() {
    let (mut core, identity) = founded();
    let (member, key, transactions) = newcomer(&identity);
    core.admit(&identity, &member, transactions, START).unwrap();
    let vetted = |packages: &[&str], serial| Transaction {
        serial,
        remove: false,
        mapping: Mapping::VettedPackages {
            participant: member.participant().unwrap().clone(),
            packages: packages
                .iter()
                .map(|id| {
                    (
                        crate::model::PackageId::parse(id).unwrap(),
                        Validity::ALWAYS,
                    )
                })
                .collect(),
        },
    };
    let good = vetted(&["a"], 1).sign(&[&key]).encode();
    let forged = vetted(&["b"], 2).sign(&[&SigningKey::generate()]).encode();
    assert!(core.submit(&[good.clone(), forged], START).is_err());
    assert!(core.head().vetted(member.participant().unwrap()).is_none());
    assert!(core.submit(&[good], START).unwrap().is_some());
}

#[test]
fn a_restored_core_continues_where_it_was() {
    let (mut core, identity) = founded();
    let mut again = Core::new();
    let genesis = Publication {
        number: 1,
        transactions: core.published.clone(),
        admits: None,
        recipients: vec![identity.member.clone()],
    };
    again.restore(&genesis, Some(at(5)), at(5)).unwrap();
    let (member, _, transactions) = newcomer(&identity);
    assert_eq!(
        core.admit(&identity, &member, transactions.clone(), START),
        again.admit(&identity, &member, transactions, START)
    );
}

fn restricted() -> (Core, Identity) {
    let (mut core, identity) = founded();
    let parameters = DomainParameters {
        onboarding: Onboarding::Restricted,
        ..DomainParameters::default()
    };
    let changed = core.set_onboarding(&identity, parameters, START).unwrap();
    assert!(changed.is_some());
    let again = core.set_onboarding(&identity, parameters, START);
    assert_eq!(again, Ok(None));
    (core, identity)
}

#[test]
fn a_restricted_domain_admits_who_is_permitted_and_not_too_early() {
    let (mut core, identity) = restricted();
    let (member, _, transactions) = newcomer(&identity);
    let participant = member.participant().unwrap();
    let admit = |core: &mut Core, now| {
        let admitted = core.admit(&identity, &member, transactions.clone(), now);
        admitted.map(|publication| publication.is_some())
    };
    let refused = Err(Error::NotPermitted(participant.clone()));
    assert_eq!(admit(&mut core, START), refused);
    assert!(core.head().keys_of(&member).is_none(), "nothing is left");
    let later = Permitted {
        login_after: Some(at(100)),
        ..Permitted::default()
    };
    core.permit(&identity, participant, later, START)
        .unwrap()
        .unwrap();
    assert_eq!(admit(&mut core, at(100)), refused);
    assert_eq!(admit(&mut core, at(101)), Ok(true));
    assert_eq!(admit(&mut core, at(102)), Ok(false));
}

#[test]
fn a_participant_without_a_key_to_encrypt_with_or_without_trust_is_not_admitted() {
    let (mut core, identity) = founded();
    let key = SigningKey::generate();
    let participant = ParticipantId::new("p", &key.public().fingerprint()).unwrap();
    let introduction = |keys: MemberKeys, trusts: bool| {
        let keys = Mapping::OwnerToKey {
            member: participant.member(),
            keys,
        };
        let trust = Mapping::DomainTrust {
            participant: participant.clone(),
            domain: identity.domain.clone(),
        };
        let said = std::iter::once(keys).chain(trusts.then_some(trust));
        said.map(|it| Transaction::first(it).sign(&[&key]))
            .collect()
    };
    let signing = MemberKeys::signing(key.public());
    let both = signing
        .clone()
        .encrypted_with(EncryptionKey::generate().public());
    for (keys, trusts, refused) in [
        (signing, true, Error::WithoutKeys(participant.clone())),
        (both, false, Error::UnknownParticipant(participant.clone())),
    ] {
        let said = introduction(keys, trusts);
        let admitted = core.admit(&identity, &participant.member(), said, START);
        assert_eq!(admitted, Err(refused));
    }
}

#[test]
fn what_is_published_is_in_force_for_what_is_sequenced_after_the_delay() {
    let (mut core, identity) = founded();
    let delay = DomainParameters::default().topology_change_delay;
    core.sequenced(1, at(10)).unwrap();
    core.advance(at(11));
    let (member, _, transactions) = newcomer(&identity);
    core.admit(&identity, &member, transactions, at(11))
        .unwrap();
    core.sequenced(2, at(20)).unwrap();
    let due = at(20).plus(delay);
    assert_eq!(core.last_change(), Some(due));
    core.advance(due);
    assert!(core.topology().keys_of(&member).is_none());
    core.advance(due.successor());
    assert!(core.topology().keys_of(&member).is_some());
    assert_eq!(core.last_change(), None);
}

#[test]
fn what_lacks_signatures_is_published_and_published_again_when_they_have_come() {
    let (mut core, identity) = founded();
    let mut hosts = Vec::new();
    for _ in 0..2 {
        let (member, key, transactions) = newcomer(&identity);
        core.admit(&identity, &member, transactions, START).unwrap();
        hosts.push((member.participant().unwrap().clone(), key));
    }
    let hint = PartyHint::parse("alice").unwrap();
    let party = Party::new(&hint, &hosts[0].1.public().fingerprint());
    let shared = hosts.iter().map(|(participant, _)| Host {
        participant: participant.clone(),
        permission: Permission::Confirmation,
    });
    let shared = Transaction::first(Mapping::PartyToParticipant {
        party: party.clone(),
        hosting: Hosting::new(2, shared.collect()),
    });
    let [first, second] = [0, 1].map(|place| shared.clone().sign(&[&hosts[place].1]).encode());
    assert!(core.submit(from_ref(&first), START).unwrap().is_some());
    assert_eq!(core.submit(from_ref(&first), START), Ok(None), "twice");
    assert_eq!(core.head().hosting(&party), None);
    let complete = core.submit(from_ref(&second), START).unwrap().unwrap();
    let signed = SignedTransaction::decode(complete.transactions[0].clone()).unwrap();
    assert_eq!(
        signed.signers().count(),
        2,
        "others need not put it together"
    );
    assert!(core.head().hosting(&party).is_some());
    assert_eq!(core.submit(&[first, second], START), Ok(None));
}

/// A party of one participant on two, signed by the first.
fn half_signed(core: &mut Core, identity: &Identity) -> Vec<Bytes> {
    let joined = [(); 2].map(|()| {
        let (member, key, transactions) = newcomer(identity);
        let admitted = core.admit(identity, &member, transactions, START);
        admitted.unwrap();
        key
    });
    let participants = joined.each_ref().map(|key| {
        let namespace = key.public().fingerprint();
        ParticipantId::new("p", &namespace).unwrap()
    });
    let hint = PartyHint::parse("alice").unwrap();
    let mapping = Mapping::PartyToParticipant {
        party: Party::new(&hint, &joined[0].public().fingerprint()),
        hosting: Hosting::new(
            1,
            participants
                .map(|participant| Host {
                    participant,
                    permission: Permission::Submission,
                })
                .to_vec(),
        ),
    };
    let signed = Transaction::first(mapping).sign(&[&joined[0]]);
    vec![signed.encode()]
}

#[test]
fn what_was_proposed_before_a_restart_and_is_said_again_is_not_published_again() {
    let day = 24 * 60 * 60 * 1_000_000;
    let (identity, mut core) = {
        let (core, identity) = founded();
        (identity, core)
    };
    let proposal = half_signed(&mut core, &identity);
    let decided = core.submit(&proposal, at(10 * day)).unwrap().unwrap();

    let mut again = Core::new();
    let (mut first, processed) = (core.published.clone(), at(10 * day));
    first.truncate(core.published.len() - 1);
    let before = Publication {
        number: 1,
        transactions: first,
        admits: None,
        recipients: Vec::new(),
    };
    again.restore(&before, Some(at(5)), processed).unwrap();
    let decided = Publication {
        number: 2,
        ..decided
    };
    again.restore(&decided, None, processed).unwrap();
    assert_eq!(again.submit(&proposal, at(10 * day + 1)), Ok(None));
}

#[test]
fn a_proposal_that_was_renewed_too_early_stops_nobody() {
    let day = 24 * 60 * 60 * 1_000_000;
    let (mut core, identity) = founded();
    let proposal = half_signed(&mut core, &identity);
    for number in 1..=3 {
        core.sequenced(number, at(5)).unwrap();
    }
    let decided = [at(0), at(day + 1)].map(|now| core.submit(&proposal, now).unwrap().unwrap());
    // on its way for a while
    core.sequenced(decided[0].number, at(10)).unwrap();
    core.sequenced(decided[1].number, at(day + 2)).unwrap();

    let mut again = Core::new();
    let before = Publication {
        number: 1,
        transactions: core.published[..core.published.len() - 2].to_vec(),
        admits: None,
        recipients: Vec::new(),
    };
    let times = [at(5), at(10), at(day + 2)];
    let [first, second] = decided;
    for (number, (it, time)) in (1..).zip([before, first, second].into_iter().zip(times)) {
        let publication = Publication { number, ..it };
        again
            .restore(&publication, Some(time), at(day + 2))
            .unwrap();
    }
}

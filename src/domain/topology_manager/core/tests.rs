//! What the topology manager decides.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::ParticipantId;
use crate::topology::Validity;

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
    again.restore(&genesis, Some(at(5))).unwrap();
    let (member, _, transactions) = newcomer(&identity);
    assert_eq!(
        core.admit(&identity, &member, transactions.clone(), START),
        again.admit(&identity, &member, transactions, START)
    );
}

//! What single statements do.

#![allow(clippy::unwrap_used)]

use super::super::*;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{PackageId, ParticipantId, Party, PartyHint, Timestamp};

fn participant(name: &str, key: &SigningKey) -> ParticipantId {
    ParticipantId::new(name, &key.public().fingerprint()).unwrap()
}

fn vetted(packages: &[(&str, Option<i64>, Option<i64>)]) -> Vetted {
    let at = |micros: Option<i64>| micros.map(|it| Timestamp::from_micros(it).unwrap());
    let packages = packages.iter().map(|(id, from, until)| {
        let (from, until) = (at(*from), at(*until));
        (PackageId::parse(id).unwrap(), Validity { from, until })
    });
    packages.collect()
}

fn party_at(party: &Party, host: &ParticipantId) -> Mapping {
    Mapping::PartyToParticipant {
        party: party.clone(),
        hosting: Hosting::single(host.clone()),
    }
}

#[test]
fn a_party_is_hosted_when_its_namespace_and_the_host_sign() {
    let (ours, theirs) = (SigningKey::generate(), SigningKey::generate());
    let (p1, p2) = (participant("p1", &ours), participant("p2", &theirs));
    let hint = PartyHint::parse("alice").unwrap();
    let alice = Party::new(&hint, &ours.public().fingerprint());
    let mut state = State::new();

    let stolen = Transaction::first(party_at(&alice, &p2)).sign(&[&theirs]);
    assert!(matches!(state.apply(&stolen), Err(Error::NotAuthorized(_))));
    let forced = Transaction::first(party_at(&alice, &p2)).sign(&[&ours]);
    assert!(matches!(state.apply(&forced), Err(Error::NotAuthorized(_))));
    assert_eq!(state.hosting(&alice), None);

    let own = Transaction::first(party_at(&alice, &p1)).sign(&[&ours]);
    let applied = state.apply(&own).unwrap();
    assert!(matches!(applied, Applied::Party { before: None, .. }));
    assert!(state.may(&p1, Permission::Submission, &alice));
    assert!(!state.may(&p2, Permission::Observation, &alice));
    assert_eq!(state.apply(&own), Err(Error::AlreadyInForce));

    let moved = Transaction {
        serial: 2,
        ..Transaction::first(party_at(&alice, &p2))
    };
    let agreed = moved.clone().sign(&[&ours, &theirs]);
    assert!(state.apply(&agreed).is_ok());
    assert!(matches!(
        state.apply(&Transaction::first(party_at(&alice, &p1)).sign(&[&ours])),
        Err(Error::SerialMismatch { expected: 3, .. })
    ));
}

#[test]
fn a_key_is_claimed_only_by_who_has_it() {
    let (namespace, signing) = (SigningKey::generate(), SigningKey::generate());
    let member = participant("p1", &namespace).member();
    let mapping = Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys::signing(signing.public()),
    };
    let mut state = State::new();
    let claimed = Transaction::first(mapping.clone()).sign(&[&namespace]);
    assert!(state.apply(&claimed).is_err());
    let proven = Transaction::first(mapping).sign(&[&namespace, &signing]);
    assert_eq!(state.apply(&proven), Ok(Applied::Member(member.clone())));
    let keys = state.keys_of(&member).unwrap();
    assert_eq!(keys.signing, [signing.public()]);
}

#[test]
fn a_participant_publishes_what_to_encrypt_with() {
    let (namespace, [old, new]) = (
        SigningKey::generate(),
        [0; 2].map(|_| SigningKey::generate()),
    );
    let encryption = EncryptionKey::generate().public();
    let p1 = participant("p1", &namespace);
    let keys = MemberKeys {
        signing: vec![old.public(), new.public()],
        encryption: Some(encryption),
    };
    let mapping = Mapping::OwnerToKey {
        member: p1.member(),
        keys: keys.clone(),
    };
    let mut state = State::new();
    assert_eq!(state.encryption_key_of(&p1), None);
    let claimed = Transaction::first(mapping.clone()).sign(&[&namespace, &old]);
    assert!(matches!(
        state.apply(&claimed),
        Err(Error::NotAuthorized(_))
    ));
    let signed = Transaction::first(mapping).sign(&[&namespace, &old, &new]);
    let decoded = SignedTransaction::decode(signed.encode()).unwrap();
    state.apply(&decoded).unwrap();
    assert_eq!(state.encryption_key_of(&p1), Some(&encryption));
    assert_eq!(state.keys_of(&p1.member()), Some(&keys));
}

#[test]
fn a_package_is_vetted_in_its_time_and_where_it_was_vetted() {
    let key = SigningKey::generate();
    let (p1, p2) = (participant("p1", &key), participant("p2", &key));
    let mut state = State::new();
    let mapping = Mapping::VettedPackages {
        participant: p1.clone(),
        packages: vetted(&[("always", None, None), ("soon", Some(10), Some(20))]),
    };
    let subject = mapping.subject();
    assert_eq!(state.serial(&subject), None);
    let signed = Transaction::first(mapping).sign(&[&key]);
    state.apply(&signed).unwrap();
    assert_eq!(state.serial(&subject), Some(1));
    let is_vetted = |participant, package: &str, micros| {
        let at = Timestamp::from_micros(micros).unwrap();
        state.is_vetted(participant, &PackageId::parse(package).unwrap(), at)
    };
    assert!(is_vetted(&p1, "always", 0) && is_vetted(&p1, "soon", 10));
    assert!(!is_vetted(&p1, "soon", 9) && !is_vetted(&p1, "soon", 20));
    assert!(!is_vetted(&p1, "never", 0) && !is_vetted(&p2, "always", 0));
}

#[test]
fn transactions_come_back_from_their_bytes_and_forged_ones_do_not() {
    let key = SigningKey::generate();
    let signed = Transaction::first(Mapping::VettedPackages {
        participant: participant("p1", &key),
        packages: vetted(&[
            ("abc", None, None),
            ("abd", Some(-5), None),
            ("abe", Some(1), Some(2)),
        ]),
    })
    .sign(&[&key]);
    let bytes = signed.encode();
    assert_eq!(SignedTransaction::decode(bytes.clone()), Ok(signed));
    for position in 0..bytes.len() {
        let mut forged = bytes.to_vec();
        forged[position] ^= 1;
        let decoded = SignedTransaction::decode(forged.into());
        let accepted = decoded.and_then(|forged| State::new().apply(&forged));
        assert!(accepted.is_err(), "byte {position}");
    }
}

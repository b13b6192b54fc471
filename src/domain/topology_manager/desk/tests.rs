//! What members that cheat may tell a topology manager.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{DomainId, ParticipantId};
use crate::protocol::{RootHash, TopologyRefusal, TopologySubmission};
use crate::telemetry::Metrics;
use crate::topology::{
    DomainParameters, Mapping, MemberKeys, SignedTransaction, Transaction, Validity,
};

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// How many messages were refused in this process so far.
fn refused() -> u64 {
    let rendered = Metrics::install().unwrap().render();
    let mut lines = rendered.lines();
    let count = lines.find_map(|line| line.strip_prefix("jura_refused_messages_total "));
    count.map_or(0, |count| count.parse().unwrap())
}

/// A domain with two participants that are known.
struct World {
    desk: Desk,
    alice: (ParticipantId, SigningKey),
    mallory: (ParticipantId, SigningKey),
    now: i64,
}

impl World {
    fn new() -> Self {
        let identity = Identity::generate("domain1").unwrap();
        let mut desk = Desk::new(identity.clone());
        let parameters = DomainParameters::default();
        desk.core.genesis(&identity, parameters).unwrap();
        desk.core.sequenced(1, at(1)).unwrap();
        let [alice, mallory] = [2, 3].map(|number| {
            let key = SigningKey::generate();
            let participant = ParticipantId::new("p", &key.public().fingerprint()).unwrap();
            let keys = MemberKeys::signing(key.public());
            let said = [
                Mapping::OwnerToKey {
                    member: participant.member(),
                    keys: keys.encrypted_with(EncryptionKey::generate().public()),
                },
                Mapping::DomainTrust {
                    participant: participant.clone(),
                    domain: identity.domain.clone(),
                },
            ];
            let said = said.map(|it| Transaction::first(it).sign(&[&key]));
            let member = participant.member();
            let admitted = desk.core.admit(&identity, &member, said.to_vec(), at(1));
            assert_eq!(admitted.unwrap().unwrap().number, number);
            desk.core.sequenced(number, at(number)).unwrap();
            (participant, key)
        });
        Self {
            desk,
            alice,
            mallory,
            now: 10_000_000,
        }
    }

    fn read(&mut self, content: bytes::Bytes) -> Outcome {
        self.now += 10;
        let mut outcome = Outcome::default();
        let event = SequencedEvent {
            time: at(self.now),
            message_id: None,
            envelopes: vec![Envelope {
                content,
                recipients: Recipients::group([]),
            }],
        };
        self.desk.process(event, &mut outcome).unwrap();
        outcome
    }

    fn is_refused(&mut self, what: &str, content: bytes::Bytes) {
        let before = refused();
        let outcome = self.read(content);
        assert!(outcome.publications.is_empty(), "{what}");
        assert!(outcome.refusals.is_empty(), "{what}");
        assert!(refused() > before, "{what}: no alarm");
    }

    /// Alice's statement about her packages, signed by a key.
    fn vetted(&self, key: &SigningKey) -> SignedTransaction {
        let package = crate::model::PackageId::parse("a").unwrap();
        Transaction::first(Mapping::VettedPackages {
            participant: self.alice.0.clone(),
            packages: [(package, Validity::ALWAYS)].into_iter().collect(),
        })
        .sign(&[key])
    }

    fn seal(
        message: &Message,
        (who, key): (&ParticipantId, &SigningKey),
        domain: &DomainId,
    ) -> bytes::Bytes {
        SignedMessage::seal(message, domain, &who.member(), key)
    }

    fn domain(&self) -> DomainId {
        self.desk.identity.domain.clone()
    }

    /// What is honest is published still.
    fn goes_on(&mut self) {
        let honest = submission(&self.vetted(&self.alice.1));
        let (who, key) = self.alice.clone();
        let outcome = self.read(Self::seal(&honest, (&who, &key), &self.domain()));
        assert_eq!(outcome.publications.len(), 1);
    }
}

fn submission(signed: &SignedTransaction) -> Message {
    Message::TopologySubmission(TopologySubmission {
        id: MessageId::about("test", b"x"),
        transactions: vec![signed.encode()],
    })
}

#[test]
fn a_submission_in_anothers_name_truncated_or_of_another_domain_is_refused() {
    let mut world = World::new();
    let honest = submission(&world.vetted(&world.alice.1));
    let (alice, mallory) = (world.alice.clone(), world.mallory.clone());
    let forged = World::seal(&honest, (&alice.0, &mallory.1), &world.domain());
    world.is_refused("another's key", forged);
    let elsewhere = DomainId::new("e", &mallory.1.public().fingerprint()).unwrap();
    let replayed = World::seal(&honest, (&alice.0, &alice.1), &elsewhere);
    world.is_refused("another domain", replayed);
    let whole = World::seal(&honest, (&alice.0, &alice.1), &world.domain());
    for end in 0..whole.len() {
        world.is_refused(&format!("{end} bytes"), whole.slice(..end));
    }
    world.goes_on();
}

#[test]
fn statements_about_others_are_refused_with_a_reason_for_who_submits_them() {
    let mut world = World::new();
    let (alice, mallory) = (world.alice.clone(), world.mallory.clone());
    let stolen = Transaction {
        serial: 2,
        ..Transaction::first(Mapping::OwnerToKey {
            member: alice.0.member(),
            keys: MemberKeys::signing(mallory.1.public())
                .encrypted_with(EncryptionKey::generate().public()),
        })
    };
    let forged = submission(&stolen.sign(&[&mallory.1]));
    let content = World::seal(&forged, (&mallory.0, &mallory.1), &world.domain());
    let outcome = world.read(content);
    // proposed at most, and nobody but Alice can complete it
    let keys = world.desk.core.head().keys_of(&alice.0.member()).unwrap();
    assert_eq!(keys.signing, [alice.1.public()]);
    for refusal in &outcome.refusals {
        assert_eq!(refusal.member, mallory.0.member());
        assert!(!refusal.reason.is_empty());
    }
    // what is replayed says what is in force already
    world.goes_on();
    let replayed = submission(&world.vetted(&alice.1));
    let content = World::seal(&replayed, (&mallory.0, &mallory.1), &world.domain());
    let outcome = world.read(content);
    assert!(outcome.publications.is_empty());
}

#[test]
fn messages_that_are_not_for_a_topology_manager_are_refused() {
    let mut world = World::new();
    let mallory = world.mallory.clone();
    let hash = crate::model::Hash::of(crate::model::Purpose::RequestRoot, b"x");
    for message in [
        Message::RootHash(RootHash(hash)),
        Message::EncryptedViews(Vec::new()),
        Message::TopologyBroadcast(vec![world.vetted(&mallory.1).encode()]),
        Message::TopologySnapshot(Vec::new()),
        Message::TopologyRefusal(TopologyRefusal {
            id: MessageId::about("test", b"x"),
            reason: String::new(),
        }),
    ] {
        let content = World::seal(&message, (&mallory.0, &mallory.1), &world.domain());
        world.is_refused(&format!("{message:?}"), content);
    }
    world.goes_on();
}

//! Keys that change while messages are on their way.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;

use super::*;
use crate::crypto::SigningKey;
use crate::model::{Duration, Fingerprint, MemberKind, ParticipantId};
use crate::topology::{
    DomainParameters, Mapping, MemberKeys, SignedTransaction, Transaction, next_keys,
};

const FOUNDED: i64 = 10;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

/// A domain, one member of it who sends, and somebody who reads.
struct World {
    domain: DomainId,
    manager: MemberId,
    manager_key: SigningKey,
    namespace: SigningKey,
    member: MemberId,
    /// Oldest first.
    keys: Vec<SigningKey>,
    reader: Follower,
    now: i64,
}

impl World {
    fn found(kind: MemberKind, delay: i64) -> Self {
        let namespace = SigningKey::generate();
        let fingerprint: Fingerprint = namespace.public().fingerprint();
        let domain = DomainId::new("d", &fingerprint).unwrap();
        let manager = MemberId::new(MemberKind::TopologyManager, "d", &fingerprint).unwrap();
        let member = match kind {
            MemberKind::Participant => ParticipantId::new("p", &fingerprint).unwrap().member(),
            kind => MemberId::new(kind, "m", &fingerprint).unwrap(),
        };
        let mut world = Self {
            reader: Follower::new(domain.clone(), manager.clone()),
            manager_key: SigningKey::generate(),
            keys: vec![SigningKey::generate()],
            domain,
            manager,
            namespace,
            member,
            now: FOUNDED,
        };
        let parameters = Mapping::DomainParameters {
            domain: world.domain.clone(),
            parameters: DomainParameters {
                topology_change_delay: Duration::from_micros(delay),
                ..DomainParameters::default()
            },
        };
        let of_manager = Mapping::OwnerToKey {
            member: world.manager.clone(),
            keys: MemberKeys::signing(world.manager_key.public()),
        };
        let founding = [parameters, of_manager, world.published_keys(world.wanted())];
        let snapshot = founding.map(|mapping| world.sign(mapping)).map(|signed| {
            PublishedTransaction {
                transaction: signed.encode(),
                sequenced_at: at(FOUNDED),
            }
            .encode()
        });
        world.manager_says(&Message::TopologySnapshot(snapshot.to_vec()));
        world
    }

    fn wanted(&self) -> MemberKeys {
        MemberKeys::signing(self.keys.last().unwrap().public())
    }

    fn published_keys(&self, keys: MemberKeys) -> Mapping {
        Mapping::OwnerToKey {
            member: self.member.clone(),
            keys,
        }
    }

    fn sign(&self, mapping: Mapping) -> SignedTransaction {
        let head = self.reader.register().head();
        let transaction = Transaction {
            serial: head.next_serial(&mapping.subject()),
            remove: false,
            mapping,
        };
        let mut keys: Vec<&SigningKey> = self.keys.iter().collect();
        keys.extend([&self.namespace, &self.manager_key]);
        transaction.sign(&keys)
    }

    fn manager_says(&mut self, message: &Message) {
        let content = SignedMessage::seal(message, &self.domain, &self.manager, &self.manager_key);
        let followed = self.take(content).unwrap();
        assert!(matches!(followed, Followed::Topology(_)));
    }

    /// The next event.
    fn take(&mut self, content: Bytes) -> Result<Followed, Error> {
        self.now += 1;
        let time = at(self.now);
        self.reader.advance(time);
        self.reader.take(time, content)
    }

    /// A message of the member with the newest key that is in force.
    fn seal(&self) -> (Fingerprint, Bytes) {
        let in_force = self.reader.topology().keys_of(&self.member).unwrap();
        let known = |key: &&SigningKey| in_force.signing.contains(&key.public());
        let key = self.keys.iter().rev().find(known).unwrap();
        let content = SignedMessage::seal(&Message::Tick, &self.domain, &self.member, key);
        (key.public().fingerprint(), content)
    }
}

/// One event carries one message; `latency` messages are on their way at once.
fn rotate_under_load(kind: MemberKind, delay: i64, latency: usize) {
    let mut world = World::found(kind, delay);
    let mut on_their_way: VecDeque<(Fingerprint, Bytes)> = VecDeque::new();
    let mut withdrawn = 0;
    for step in 0..1_000 {
        if step % 200 == 50 {
            world.keys.push(SigningKey::generate());
        }
        on_their_way.push_back(world.seal());
        if on_their_way.len() > latency {
            let (_, content) = on_their_way.pop_front().unwrap();
            let read = world.take(content);
            assert!(matches!(read, Ok(Followed::Message(_))), "{step}: {read:?}");
        }
        let wanted = world.wanted();
        let newest = wanted.signing[0].fingerprint();
        let is_drained = on_their_way.iter().all(|(key, _)| *key == newest);
        let follower = &world.reader;
        let published = follower.register().head().keys_of(&world.member).unwrap();
        let in_force = follower.topology().keys_of(&world.member).unwrap();
        if let Some(keys) = next_keys(&wanted, published, in_force, is_drained) {
            withdrawn += usize::from(keys == wanted);
            let mapping = world.published_keys(keys);
            let signed = world.sign(mapping).encode();
            world.manager_says(&Message::TopologyBroadcast(vec![signed]));
        }
    }
    assert_eq!(withdrawn, 5, "each rotation ends");
    let old = world.keys[0].clone();
    let stale = SignedMessage::seal(&Message::Tick, &world.domain, &world.member, &old);
    assert!(matches!(world.take(stale), Err(Error::BadSignature(_))));
}

#[test]
fn no_message_is_lost_while_a_participant_or_the_mediator_changes_its_key() {
    for kind in [MemberKind::Participant, MemberKind::Mediator] {
        for delay in [0, 1, 7, 40] {
            for latency in [0, 1, 5, 30] {
                rotate_under_load(kind, delay, latency);
            }
        }
    }
}

#[test]
fn a_snapshot_is_believed_only_from_who_the_domain_has_named() {
    let world = World::found(MemberKind::Mediator, 5);
    let stranger = SigningKey::generate();
    let empty = || Follower::new(world.domain.clone(), world.manager.clone());
    let list: Vec<Bytes> = Vec::new();
    let content = SignedMessage::seal(
        &Message::TopologySnapshot(list),
        &world.domain,
        &world.manager,
        &stranger,
    );
    let mut reader = empty();
    assert!(reader.take(at(50), content).is_err());
    assert!(reader.topology().keys_of(&world.manager).is_none());
    let tick = SignedMessage::seal(&Message::Tick, &world.domain, &world.manager, &stranger);
    assert!(matches!(reader.take(at(51), tick), Ok(Followed::Nothing)));
}

#[test]
fn a_newcomer_believes_no_snapshot_that_another_has_made_up_and_takes_the_honest_one_after_it() {
    let world = World::found(MemberKind::Mediator, 5);
    let mallory = SigningKey::generate();
    let keys = |key: &SigningKey| Mapping::OwnerToKey {
        member: world.manager.clone(),
        keys: MemberKeys::signing(key.public()),
    };
    let snapshot = |mapping: Mapping, signers: &[&SigningKey]| {
        let signed = Transaction::first(mapping).sign(signers);
        let published = PublishedTransaction {
            transaction: signed.encode(),
            sequenced_at: at(FOUNDED),
        };
        Message::TopologySnapshot(vec![published.encode()])
    };
    let seal = |message: &Message, who: &MemberId, key: &SigningKey| {
        SignedMessage::seal(message, &world.domain, who, key)
    };
    let honest = snapshot(
        keys(&world.manager_key),
        &[&world.namespace, &world.manager_key],
    );
    let other = MemberId::new(
        MemberKind::TopologyManager,
        "d",
        &mallory.public().fingerprint(),
    );
    let other = other.unwrap();
    let of_other = Mapping::OwnerToKey {
        member: other.clone(),
        keys: MemberKeys::signing(mallory.public()),
    };
    let made_up = snapshot(keys(&mallory), &[&mallory]);
    let of_other = snapshot(of_other, &[&mallory]);
    let honest_bytes = seal(&honest, &world.manager, &world.manager_key);
    let mut reader = Follower::new(world.domain.clone(), world.manager.clone());
    let mut now = 50;
    let mut refused = |reader: &mut Follower, content: Bytes| {
        now += 1;
        let taken = reader.take(at(now), content);
        assert!(taken.is_err(), "{taken:?}");
        assert!(reader.topology().keys_of(&world.manager).is_none());
    };
    refused(&mut reader, seal(&made_up, &world.manager, &mallory));
    refused(&mut reader, seal(&of_other, &other, &mallory));
    refused(&mut reader, seal(&honest, &world.manager, &mallory));
    refused(&mut reader, seal(&honest, &other, &mallory));
    for end in 0..honest_bytes.len() {
        let taken = reader.take(at(900), honest_bytes.slice(..end));
        assert!(!matches!(taken, Ok(Followed::Topology(_))), "{end} bytes");
    }
    let taken = reader.take(at(1_000), honest_bytes);
    assert!(matches!(taken, Ok(Followed::Topology(_))));
}

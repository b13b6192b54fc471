//! What others may tell a participant, forged, replayed, withheld or contradictory: it changes nothing,
//! an alarm is raised, and the next honest message counts.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::intake::{Intake, Item, ViewKeys};
use super::processor::{Decided, Processor};
use crate::crypto::SigningKey;
use crate::model::{
    DomainId, Duration, Hash, MemberId, MemberKind, ParticipantId, Party, Purpose, Timestamp,
};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::confirmation::{CheckedRequest, Delivered};
use crate::protocol::{
    AcsCommitment, Answer, ConfirmedView, Envelope, Follower, Message, MessageId, Period,
    Recipients, Reject, RequestId, Response, RootHash, SequencedEvent, SharedDigest, SignedMessage,
    TopologyRefusal, TopologySubmission, Verdict, ViewPosition,
};
use crate::telemetry::Metrics;
use crate::topology::{
    DomainParameters, Mapping, MemberKeys, PublishedTransaction, SignedTransaction, Transaction,
};

/// What an event came to.
struct Opened {
    items: Vec<Item>,
    request: Option<Delivered>,
    published: usize,
}

/// A domain of which Alice's participant reads the events.
struct World {
    domain: DomainId,
    owner: SigningKey,
    manager: (MemberId, SigningKey),
    mediator: (MemberId, SigningKey),
    bob: (MemberId, SigningKey),
    mallory: (MemberId, SigningKey),
    alice: ParticipantId,
    intake: Intake,
    processor: Processor,
    now: i64,
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn keys(member: &MemberId, key: &SigningKey) -> Mapping {
    Mapping::OwnerToKey {
        member: member.clone(),
        keys: MemberKeys::signing(key.public()),
    }
}

fn participant() -> (ParticipantId, SigningKey) {
    let key = SigningKey::generate();
    let participant = ParticipantId::new("p", &key.public().fingerprint()).unwrap();
    (participant, key)
}

fn published(signed: &SignedTransaction) -> Bytes {
    PublishedTransaction {
        transaction: signed.encode(),
        sequenced_at: at(1),
    }
    .encode()
}

/// How many messages, and requests, were refused in this process so far.
fn alarms() -> u64 {
    let rendered = Metrics::install().unwrap().render();
    let counters = [
        "jura_refused_messages_total ",
        "jura_malformed_requests_total ",
    ];
    let counts = rendered.lines().filter_map(|line| {
        let mut counters = counters.iter();
        counters.find_map(|counter| line.strip_prefix(counter))
    });
    counts.map(|count| count.parse::<u64>().unwrap()).sum()
}

impl World {
    fn new() -> Self {
        let owner = SigningKey::generate();
        let namespace = owner.public().fingerprint();
        let domain = DomainId::new("d", &namespace).unwrap();
        let own = |kind| {
            let member = MemberId::new(kind, "d", &namespace).unwrap();
            (member, SigningKey::generate())
        };
        let [alice, bob, mallory] = [(); 3].map(|()| participant());
        let mut world = Self {
            manager: own(MemberKind::TopologyManager),
            mediator: own(MemberKind::Mediator),
            bob: (bob.0.member(), bob.1),
            mallory: (mallory.0.member(), mallory.1),
            intake: Intake {
                follower: Follower::new(domain.clone(), own(MemberKind::TopologyManager).0),
                participant: alice.0.clone(),
                keys: Arc::new(ViewKeys::new(Vec::new())),
                kept: Timestamp::EPOCH,
                undecided: BTreeMap::new(),
            },
            processor: Processor::default(),
            alice: alice.0.clone(),
            domain,
            owner,
            now: 10,
        };
        let mut founding = vec![Mapping::DomainParameters {
            domain: world.domain.clone(),
            parameters: DomainParameters {
                topology_change_delay: Duration::default(),
                ..DomainParameters::default()
            },
        }];
        let members = [&world.manager, &world.mediator, &world.bob, &world.mallory];
        founding.extend(members.map(|(member, key)| keys(member, key)));
        founding.push(keys(&alice.0.member(), &alice.1));
        let signers = [
            &world.owner,
            &world.manager.1,
            &world.mediator.1,
            &world.bob.1,
            &world.mallory.1,
            &alice.1,
        ];
        let said = founding.into_iter();
        let said = said.map(|it| published(&Transaction::first(it).sign(&signers)));
        let snapshot = Message::TopologySnapshot(said.collect());
        let content = world.seal(&world.manager, &snapshot);
        assert_eq!(world.read(vec![content]).published, 6);
        world
    }

    fn seal(&self, (member, key): &(MemberId, SigningKey), message: &Message) -> Bytes {
        SignedMessage::seal(message, &self.domain, member, key)
    }

    /// The next event.
    fn read(&mut self, contents: Vec<Bytes>) -> Opened {
        self.now += 10;
        let event = SequencedEvent {
            time: at(self.now),
            message_id: None,
            envelopes: contents
                .into_iter()
                .map(|content| Envelope {
                    content,
                    recipients: Recipients::group([self.alice.member()]),
                })
                .collect(),
        };
        let (checked, check, contents) = self.intake.follow(event).unwrap();
        let (items, request) = check.open(contents);
        Opened {
            items,
            request,
            published: checked.topology.len(),
        }
    }

    /// Reads a content of which nothing must come but an alarm.
    fn is_refused(&mut self, what: &str, content: Bytes) {
        let before = alarms();
        let opened = self.read(vec![content]);
        assert_eq!(opened.items.len(), 0, "{what}");
        assert!(opened.request.is_none(), "{what}");
        assert_eq!(opened.published, 0, "{what}");
        assert!(alarms() > before, "{what}: no alarm");
    }

    /// A request without a verdict.
    fn request(&mut self) -> (RequestId, RootHash) {
        self.now += 10;
        let id = RequestId(at(self.now));
        let root_hash = root(&self.now.to_string());
        let request = CheckedRequest {
            id,
            root_hash,
            deadline: id.0.plus(Duration::from_micros(1_000)),
            confirming_here: Vec::new(),
            hosted_here: BTreeSet::new(),
            change: None,
            content: None,
            problem: None,
        };
        let state = |_: &_| ContractState::Unknown;
        self.processor.request(request, None, state, None);
        (id, root_hash)
    }

    /// A verdict by the mediator, and what it decides.
    fn verdict(&mut self, request: RequestId, root_hash: RootHash, answer: Answer) -> Vec<Decided> {
        let verdict = Verdict {
            request,
            root_hash,
            answer,
        };
        let content = self.seal(&self.mediator, &Message::Verdict(verdict));
        let mut opened = self.read(vec![content]);
        let Some(Item::Verdict(verdict)) = opened.items.pop() else {
            panic!("{:?}", opened.items);
        };
        self.processor.verdict(verdict, at(self.now)).decided
    }

    fn publish(&mut self, signed: &SignedTransaction) -> usize {
        let message = Message::TopologyBroadcast(vec![signed.encode()]);
        let content = self.seal(&self.manager, &message);
        self.read(vec![content]).published
    }
}

fn root(text: &str) -> RootHash {
    RootHash(Hash::of(Purpose::RequestRoot, text.as_bytes()))
}

fn no() -> Answer {
    Answer::Reject(Reject::default())
}

#[test]
fn a_verdict_is_believed_from_the_mediator_of_the_domain_only() {
    let mut world = World::new();
    let (request, root_hash) = world.request();
    let verdict = Message::Verdict(Verdict {
        request,
        root_hash,
        answer: Answer::Approve,
    });
    for member in [world.mallory.clone(), world.manager.clone()] {
        let content = world.seal(&member, &verdict);
        world.is_refused(&format!("by {}", member.0), content);
    }
    // in the mediator's name, and by a mediator that Mallory has made up
    let impostor = (world.mediator.0.clone(), world.mallory.1.clone());
    let content = world.seal(&impostor, &verdict);
    world.is_refused("another's key", content);
    let namespace = world.mallory.1.public().fingerprint();
    let made_up = MemberId::new(MemberKind::Mediator, "m", &namespace).unwrap();
    let signed = Transaction::first(keys(&made_up, &world.mallory.1)).sign(&[&world.mallory.1]);
    assert_eq!(world.publish(&signed), 0);
    let content = world.seal(&(made_up, world.mallory.1.clone()), &verdict);
    world.is_refused("a mediator that nobody has named", content);
    assert_eq!(
        world.verdict(request, root_hash, Answer::Approve).len(),
        1,
        "the honest one counts"
    );
}

#[test]
fn a_verdict_with_a_former_key_of_the_mediator_is_refused() {
    let mut world = World::new();
    let (request, root_hash) = world.request();
    let former = world.mediator.clone();
    world.mediator.1 = SigningKey::generate();
    let replaced = Transaction {
        serial: 2,
        ..Transaction::first(keys(&former.0, &world.mediator.1))
    };
    let signed = replaced.sign(&[&world.owner, &world.mediator.1]);
    assert_eq!(world.publish(&signed), 1);
    let verdict = Message::Verdict(Verdict {
        request,
        root_hash,
        answer: Answer::Approve,
    });
    let content = world.seal(&former, &verdict);
    world.is_refused("a former key", content);
    assert_eq!(world.verdict(request, root_hash, no()).len(), 1);
}

#[test]
fn a_verdict_on_other_contents_or_about_another_request_decides_nothing() {
    let mut world = World::new();
    let (request, root_hash) = world.request();
    let (other, root_of_other) = world.request();
    let before = alarms();
    assert!(
        world
            .verdict(request, root_of_other, Answer::Approve)
            .is_empty()
    );
    assert!(world.verdict(other, root_hash, Answer::Approve).is_empty());
    assert!(alarms() >= before + 2);
    let unheard = RequestId(at(5));
    assert!(
        world
            .verdict(unheard, root_hash, Answer::Approve)
            .is_empty()
    );
    assert_eq!(world.verdict(request, root_hash, Answer::Approve).len(), 1);
    assert_eq!(world.verdict(other, root_of_other, no()).len(), 1);
    assert!(world.processor.is_idle());
}

#[test]
fn the_first_of_two_verdicts_counts() {
    for (first, second) in [(Answer::Approve, no()), (no(), Answer::Approve)] {
        let mut world = World::new();
        let (request, root_hash) = world.request();
        let decided = world.verdict(request, root_hash, first.clone());
        assert_eq!(decided[0].answer, first);
        assert!(world.verdict(request, root_hash, second).is_empty());
    }
}

#[test]
fn a_verdict_that_is_withheld_ends_in_a_time_out_and_comes_too_late_then() {
    let mut world = World::new();
    let (withheld, root_hash) = world.request();
    let (other, root_of_other) = world.request();
    // it holds up nobody
    let decided = world.verdict(other, root_of_other, Answer::Approve);
    assert_eq!(decided.len(), 1);
    let deadline = world.processor.next_deadline().unwrap();
    assert!(world.processor.advance(deadline).decided.is_empty());
    let given_up = world.processor.advance(deadline.successor()).decided;
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0].record_time, deadline);
    assert!(matches!(&given_up[0].answer,
        Answer::Reject(reject) if reject.error_id == "LOCAL_VERDICT_TIMEOUT"));
    assert!(
        world
            .verdict(withheld, root_hash, Answer::Approve)
            .is_empty()
    );
    assert!(world.processor.is_idle());
}

#[test]
fn topology_is_taken_from_the_topology_manager_only() {
    let mut world = World::new();
    let (stranger, key) = participant();
    let signed = Transaction::first(keys(&stranger.member(), &key)).sign(&[&key]);
    let messages = [
        Message::TopologyBroadcast(vec![signed.encode()]),
        Message::TopologySnapshot(vec![published(&signed)]),
        Message::TopologyRefusal(TopologyRefusal {
            id: MessageId::about("test", b"x"),
            reason: "no".to_owned(),
        }),
    ];
    let impostor = (world.manager.0.clone(), world.mallory.1.clone());
    for member in [world.mallory.clone(), world.mediator.clone(), impostor] {
        for message in &messages {
            let content = world.seal(&member, message);
            world.is_refused(&format!("{message:?} by {}", member.0), content);
        }
    }
    let known = |world: &World| {
        let head = world.intake.follower.register().head();
        head.keys_of(&stranger.member()).is_some()
    };
    assert!(!known(&world));
    assert_eq!(world.publish(&signed), 1);
    assert!(known(&world));
}

#[test]
fn forged_transactions_that_the_manager_publishes_change_nothing() {
    let mut world = World::new();
    let victim = world.bob.0.clone();
    let stolen = Transaction {
        serial: 2,
        ..Transaction::first(keys(&victim, &world.mallory.1))
    };
    // a proposal, which the victim would have to sign
    assert_eq!(world.publish(&stolen.sign(&[&world.mallory.1])), 1);
    let vetted = Transaction::first(Mapping::VettedPackages {
        participant: victim.participant().unwrap().clone(),
        packages: BTreeMap::new(),
    });
    let before = alarms();
    assert_eq!(world.publish(&vetted.sign(&[&world.mallory.1])), 0);
    assert!(alarms() > before);
    let head = world.intake.follower.register().head();
    let key = world.bob.1.public();
    assert_eq!(head.keys_of(&victim).unwrap().signing, [key]);
}

#[test]
fn parts_of_a_request_that_another_has_signed_are_noticed() {
    let mut world = World::new();
    let views = Message::EncryptedViews(Vec::new());
    let of_bob = world.seal(&world.bob, &Message::RootHash(root("x")));
    let of_mallory = world.seal(&world.mallory, &views);
    let opened = world.read(vec![of_bob.clone(), of_mallory.clone()]);
    let request = opened.request.unwrap();
    assert_eq!(request.signer, world.bob.0);
    assert_eq!(request.decrypted.faults, ["views that another has signed"]);
    // views alone are no request
    world.is_refused("no root hash", of_mallory);
    // the first root hash counts
    let before = alarms();
    let second = world.seal(&world.mallory, &Message::RootHash(root("y")));
    let request = world.read(vec![of_bob, second]).request.unwrap();
    assert_eq!(request.root_hash, root("x"));
    assert!(alarms() > before);
}

#[test]
fn messages_that_are_not_for_a_participant_are_refused() {
    let mut world = World::new();
    let (request, root_hash) = world.request();
    let response = Message::Response(Response {
        request,
        root_hash,
        views: vec![ConfirmedView {
            position: ViewPosition(vec![0]),
            parties: BTreeSet::from([Party::parse("alice::1220").unwrap()]),
        }],
        answer: no(),
    });
    let submission = Message::TopologySubmission(TopologySubmission {
        id: MessageId::about("test", b"x"),
        transactions: Vec::new(),
    });
    for message in [response, submission] {
        let content = world.seal(&world.mallory, &message);
        world.is_refused(&format!("{message:?}"), content);
    }
    assert_eq!(world.verdict(request, root_hash, Answer::Approve).len(), 1);
}

#[test]
fn truncated_messages_are_refused_and_others_of_the_event_count() {
    let mut world = World::new();
    let (request, root_hash) = world.request();
    let verdict = Message::Verdict(Verdict {
        request,
        root_hash,
        answer: Answer::Approve,
    });
    let whole = world.seal(&world.mediator, &verdict);
    for end in 0..whole.len() {
        world.is_refused(&format!("{end} bytes"), whole.slice(..end));
    }
    let opened = world.read(vec![whole.slice(..7), whole]);
    assert_eq!(opened.items.len(), 1);
}

#[test]
fn a_commitment_comes_with_who_signed_it() {
    let mut world = World::new();
    let commitment = AcsCommitment {
        sender: world.bob.0.participant().unwrap().clone(),
        counter_participant: world.alice.clone(),
        period: Period {
            from: at(0),
            to: at(1),
        },
        shared: SharedDigest {
            hash: Hash::of(Purpose::AcsCommitment, b"x"),
            contracts: 1,
        },
    };
    let content = world.seal(&world.mallory, &Message::AcsCommitment(commitment));
    let opened = world.read(vec![content]);
    let [Item::Commitment(said)] = &opened.items[..] else {
        panic!("{:?}", opened.items);
    };
    assert_eq!(said.signer, world.mallory.0);
    assert_ne!(said.signer, said.commitment.sender.member());
}

//! What the mediator makes of requests and answers, honest and not.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::*;
use crate::crypto::SigningKey;
use crate::model::{DomainId, Hash, MemberKind, ParticipantId, Party, PartyHint, Purpose};
use crate::protocol::{
    CommonMetadata, ConfirmedView, Forest, InformeeTree, Leaf, Quorum, Recipients, Reject,
    RequestTree, SubmitterMetadata, TransactionMetadata, View, ViewConfirmers, ViewData,
    ViewPosition,
};
use crate::topology::{Hosting, Mapping, MemberKeys, SignedTransaction, Transaction};

/// A domain with a mediator, and participants that host a party each.
struct World {
    domain: DomainId,
    mediator: MemberId,
    manager: (MemberId, SigningKey),
    core: Core,
    participants: Vec<(ParticipantId, SigningKey, Party)>,
    now: i64,
    /// Which request it is.
    uuid: u8,
    /// Under which topology it is made.
    topology_time: Timestamp,
}

fn world(count: usize) -> World {
    let domain_key = SigningKey::generate();
    let namespace = domain_key.public().fingerprint();
    let domain = DomainId::new("d", &namespace).unwrap();
    let manager = MemberId::new(MemberKind::TopologyManager, "d", &namespace).unwrap();
    let mut transactions = vec![
        Transaction::first(Mapping::OwnerToKey {
            member: manager.clone(),
            keys: MemberKeys::signing(domain_key.public()),
        })
        .sign(&[&domain_key]),
    ];
    let mut participants = Vec::new();
    for index in 0..count {
        let key = SigningKey::generate();
        let namespace = key.public().fingerprint();
        let participant = ParticipantId::new(&format!("p{index}"), &namespace).unwrap();
        let party = Party::new(&PartyHint::parse("x").unwrap(), &namespace);
        for mapping in [
            Mapping::OwnerToKey {
                member: participant.member(),
                keys: MemberKeys::signing(key.public()),
            },
            Mapping::PartyToParticipant {
                party: party.clone(),
                hosting: Hosting::single(participant.clone()),
            },
        ] {
            transactions.push(Transaction::first(mapping).sign(&[&key]));
        }
        participants.push((participant, key, party));
    }
    let mut world = World {
        core: Core::new(
            Follower::new(domain.clone(), manager.clone()),
            manager.sibling(MemberKind::Mediator),
            Replays::default(),
        ),
        mediator: manager.sibling(MemberKind::Mediator),
        domain,
        participants,
        uuid: 1,
        now: 1_000,
        manager: (manager, domain_key),
        topology_time: Timestamp::EPOCH,
    };
    let published = |it: &SignedTransaction| PublishedTransaction {
        transaction: it.encode(),
        sequenced_at: Timestamp::EPOCH,
    };
    let snapshot = transactions.iter().map(|it| published(it).encode());
    let snapshot = snapshot.collect();
    let (manager, key) = &world.manager;
    let message = Message::TopologySnapshot(snapshot);
    let content = SignedMessage::seal(&message, &world.domain, manager, key);
    let effects = world.event(vec![world.to_mediator(content)]);
    assert_eq!(effects.topology.len(), transactions.len());
    world
}

fn view(confirming: &[Party], informees: BTreeSet<Party>) -> View {
    let parties: BTreeMap<Party, u32> = confirming.iter().map(|it| (it.clone(), 1)).collect();
    let quorum = Quorum {
        threshold: u32::try_from(parties.len()).unwrap(),
        parties,
    };
    let confirmers = ViewConfirmers {
        informees,
        quorums: vec![quorum],
    };
    let data = ViewData {
        action: Bytes::new(),
        seed: None,
        effects: Hash::of(Purpose::ViewEffects, b""),
        inputs: Vec::new(),
        keys: BTreeMap::new(),
        package_preference: BTreeMap::new(),
        rolled_back: false,
    };
    View {
        confirmers: Leaf::with_salt(confirmers, [0; 16]),
        data: Leaf::with_salt(data, [0; 16]),
    }
}

impl World {
    fn event(&mut self, envelopes: Vec<Envelope>) -> Effects {
        self.now += 10;
        self.core.process(SequencedEvent {
            time: Timestamp::from_micros(self.now).unwrap(),
            message_id: None,
            envelopes,
        })
    }

    fn to_mediator(&self, content: Bytes) -> Envelope {
        Envelope {
            content,
            recipients: Recipients::group([self.mediator.clone()]),
        }
    }

    fn seal(&self, participant: usize, message: &Message) -> Bytes {
        let (id, key, _) = &self.participants[participant];
        SignedMessage::seal(message, &self.domain, &id.member(), key)
    }

    fn say(&mut self, participant: usize, message: &Message) -> Effects {
        let envelope = self.to_mediator(self.seal(participant, message));
        self.event(vec![envelope])
    }

    /// A root hash by the first participant, for another.
    fn root_hash(&self, tree: &InformeeTree, to: usize) -> Envelope {
        let root_hash = Message::RootHash(tree.root_hash());
        let to = self.participants[to].0.member();
        Envelope {
            content: self.seal(0, &root_hash),
            recipients: Recipients::group([to, self.mediator.clone()]),
        }
    }

    /// What an honest first participant sends of a request.
    fn batch(&self, tree: &InformeeTree) -> Vec<Envelope> {
        let all = 0..self.participants.len();
        let mut batch: Vec<Envelope> = all.map(|to| self.root_hash(tree, to)).collect();
        let tree = self.seal(0, &Message::InformeeTree(tree.clone()));
        batch.push(self.to_mediator(tree));
        batch
    }

    fn propose(&mut self, tree: &InformeeTree) -> Effects {
        self.event(self.batch(tree))
    }

    /// One view that concerns everybody, and for each a view inside of it.
    fn tree(&self) -> InformeeTree {
        self.tree_with([self.uuid; 16], &[])
    }

    fn tree_with(&self, request_uuid: [u8; 16], strangers: &[Party]) -> InformeeTree {
        let all: Vec<Party> = self.participants.iter().map(|it| it.2.clone()).collect();
        let mut views = Forest::default();
        let strangers = strangers.iter();
        let around = views.push(None, view(&all, strangers.chain(&all).cloned().collect()));
        for party in &all {
            let one = std::slice::from_ref(party);
            views.push(Some(around), view(one, one.iter().cloned().collect()));
        }
        RequestTree {
            common: Leaf::with_salt(
                CommonMetadata {
                    request_uuid,
                    submitting_participant: self.participants[0].0.clone(),
                    max_sequencing_time: Timestamp::MAX,
                    topology_time: self.topology_time,
                },
                [0; 16],
            ),
            submitter: Leaf::with_salt(
                SubmitterMetadata {
                    act_as: BTreeSet::new(),
                    change_id: Hash::of(Purpose::ChangeId, b""),
                    deduplication_start: Timestamp::EPOCH,
                    submission_id: crate::model::SubmissionId::parse("s").unwrap(),
                },
                [0; 16],
            ),
            transaction: Leaf::with_salt(
                TransactionMetadata {
                    ledger_time: Timestamp::EPOCH,
                    preparation_time: Timestamp::EPOCH,
                    workflow_id: None,
                    traceparent: String::new(),
                    tracestate: String::new(),
                },
                [0; 16],
            ),
            views,
        }
        .informee_tree()
    }

    /// The views that a participant's party confirms.
    fn confirmed_by(&self, participant: usize) -> Vec<ConfirmedView> {
        let parties = BTreeSet::from([self.participants[participant].2.clone()]);
        let index = u32::try_from(participant).unwrap();
        let positions = [vec![0], vec![0, index]];
        let views = positions.into_iter().map(|position| ConfirmedView {
            position: ViewPosition(position),
            parties: parties.clone(),
        });
        views.collect()
    }

    fn request(&mut self) -> RequestId {
        let effects = self.propose(&self.tree());
        assert!(effects.verdicts.is_empty());
        RequestId(Timestamp::from_micros(self.now).unwrap())
    }

    fn respond(&mut self, participant: usize, request: RequestId, answer: Answer) -> Effects {
        let response = Response {
            request,
            root_hash: self.tree().root_hash(),
            views: self.confirmed_by(participant),
            answer,
        };
        self.say(participant, &Message::Response(response))
    }
}

#[test]
fn a_request_is_approved_when_every_confirming_party_was_confirmed() {
    let mut world = world(2);
    let request = world.request();
    assert!(
        world
            .respond(0, request, Answer::Approve)
            .verdicts
            .is_empty()
    );
    assert!(
        world
            .respond(0, request, Answer::Approve)
            .verdicts
            .is_empty()
    );
    let decided = world.respond(1, request, Answer::Approve).verdicts;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].verdict.answer, Answer::Approve);
    assert_eq!(decided[0].recipients.len(), 2);
    assert!(
        world
            .respond(1, request, Answer::Approve)
            .verdicts
            .is_empty()
    );
    assert_eq!(world.core.oldest_undecided(), None);
}

#[test]
fn every_view_must_be_confirmed() {
    let mut world = world(2);
    let request = world.request();
    world.respond(0, request, Answer::Approve);
    for (view, decides) in world.confirmed_by(1).into_iter().zip([false, true]) {
        let response = Response {
            request,
            root_hash: world.tree().root_hash(),
            views: vec![view],
            answer: Answer::Approve,
        };
        let effects = world.say(1, &Message::Response(response));
        assert_eq!(effects.verdicts.len(), usize::from(decides));
    }
}

#[test]
fn a_participant_confirms_for_its_own_parties_only() {
    let mut world = world(2);
    let request = world.request();
    let mut views = world.confirmed_by(0);
    views.extend(world.confirmed_by(1));
    let response = Response {
        request,
        root_hash: world.tree().root_hash(),
        views,
        answer: Answer::Approve,
    };
    let effects = world.say(0, &Message::Response(response));
    assert!(effects.verdicts.is_empty());
}

#[test]
fn one_rejection_that_counts_rejects_the_request_with_its_reason() {
    let mut world = world(2);
    let request = world.request();
    let reject = Answer::Reject(Reject {
        error_id: "LOCAL_VERDICT_LOCKED_CONTRACTS".to_owned(),
        ..Reject::default()
    });
    let decided = world.respond(1, request, reject.clone()).verdicts;
    assert_eq!(decided[0].verdict.answer, reject);
    assert!(
        world
            .respond(0, request, Answer::Approve)
            .verdicts
            .is_empty()
    );
}

#[test]
fn a_request_times_out_by_sequencing_time() {
    let mut world = world(2);
    let request = world.request();
    world.respond(0, request, Answer::Approve);
    assert!(world.event(Vec::new()).verdicts.is_empty());
    world.now = world.core.next_deadline().unwrap().micros();
    let decided = world.event(Vec::new()).verdicts;
    assert!(matches!(&decided[0].verdict.answer,
        Answer::Reject(reject) if reject.error_id == "MEDIATOR_SAYS_TX_TIMED_OUT"));
    let late = world.respond(1, request, Answer::Approve);
    assert!(late.verdicts.is_empty());
}

#[test]
fn an_answer_to_other_contents_does_not_count() {
    let mut world = world(1);
    let request = world.request();
    let response = Response {
        request,
        root_hash: world.tree_with([2; 16], &[]).root_hash(),
        views: world.confirmed_by(0),
        answer: Answer::Approve,
    };
    let effects = world.say(0, &Message::Response(response));
    assert!(effects.verdicts.is_empty());
}

#[test]
fn a_request_about_unknown_parties_is_rejected_at_once() {
    let mut world = world(1);
    let tree = world.tree_with([1; 16], &[Party::parse("ghost::1220").unwrap()]);
    let effects = world.propose(&tree);
    assert!(matches!(&effects.verdicts[0].verdict.answer,
        Answer::Reject(reject) if reject.error_id == "UNKNOWN_INFORMEES"));
}

/// Whether a request is rejected at once, with which error and why.
fn rejected(effects: &Effects) -> (String, String) {
    let [decided] = &effects.verdicts[..] else {
        panic!("{effects:?}");
    };
    let Answer::Reject(reject) = &decided.verdict.answer else {
        panic!("{decided:?}");
    };
    assert!(reject.malformed);
    (reject.error_id.clone(), reject.message.clone())
}

#[test]
fn a_request_of_which_somebody_got_too_much_or_too_little_is_rejected_at_once() {
    type Change = fn(&World, &InformeeTree, &mut Vec<Envelope>);
    let stranger = || MemberId::parse(&format!("PAR::mallory::{}", "1220".repeat(17))).unwrap();
    let changes: [(&str, Change); 8] = [
        ("no root hash was sent to", |_, _, batch| {
            batch.remove(1);
        }),
        ("no root hash was sent to", |_, _, batch| {
            batch.drain(..3);
        }),
        ("whom the request does not concern", |world, _, batch| {
            let stranger = MemberId::parse(&format!("PAR::mallory::{}", "1220".repeat(17)));
            let mut more = batch[0].clone();
            more.recipients = Recipients::group([stranger.unwrap(), world.mediator.clone()]);
            batch.insert(0, more);
        }),
        ("two root hashes for", |_, _, batch| {
            batch.insert(0, batch[1].clone());
        }),
        ("one participant and the mediator", |world, _, batch| {
            let all = world.participants.iter().map(|it| it.0.member());
            batch[0].recipients = Recipients::group(all.chain([world.mediator.clone()]));
        }),
        ("a root hash of another request", |world, _, batch| {
            batch[2] = world.root_hash(&world.tree_with([9; 16], &[]), 2);
        }),
        ("that another has signed", |world, tree, batch| {
            let root_hash = Message::RootHash(tree.root_hash());
            batch[2].content = world.seal(1, &root_hash);
        }),
        ("several requests in one batch", |world, _, batch| {
            let other = Message::InformeeTree(world.tree_with([9; 16], &[]));
            batch.push(world.to_mediator(world.seal(0, &other)));
        }),
    ];
    let metrics = crate::telemetry::Metrics::install().unwrap();
    let mut world = world(3);
    for (number, (expected, change)) in (0..).zip(changes) {
        let tree = world.tree_with([100 + number; 16], &[]);
        let mut batch = world.batch(&tree);
        change(&world, &tree, &mut batch);
        let effects = world.event(batch);
        let (id, reason) = rejected(&effects);
        assert_eq!(id, "MEDIATOR_RECEIVED_MALFORMED_MESSAGE");
        assert!(reason.contains(expected), "{expected}: {reason}");
        // all whom it concerns are told, and who got a root hash by mistake
        let told = &effects.verdicts[0].recipients;
        assert_eq!(told.len(), if number == 2 { 4 } else { 3 });
        assert_eq!(told.contains(&stranger()), number == 2);
    }
    assert!(metrics.render().contains("jura_malformed_requests_total"));
    let request = world.request();
    for participant in 0..3 {
        let effects = world.respond(participant, request, Answer::Approve);
        assert_eq!(effects.verdicts.len(), usize::from(participant == 2));
    }
}

#[test]
fn the_order_of_envelopes_does_not_matter() {
    let mut world = world(3);
    for (number, rotation) in (0..).zip(0..4) {
        let tree = world.tree_with([number; 16], &[]);
        let mut batch = world.batch(&tree);
        batch.rotate_left(rotation);
        assert!(world.event(batch).verdicts.is_empty());
    }
}

#[test]
fn root_hashes_without_a_request_change_nothing() {
    let mut world = world(2);
    let mut batch = world.batch(&world.tree());
    batch.pop();
    assert!(world.event(batch).verdicts.is_empty());
    world.request();
}

#[test]
fn a_request_that_is_said_again_is_rejected_also_after_a_restart() {
    let mut world = world(2);
    let tree = world.tree();
    let used = world.propose(&tree).used.unwrap();
    assert_eq!(used.uuid, [1; 16]);
    let again = world.propose(&tree);
    assert_eq!(again.used, None);
    assert_eq!(rejected(&again).0, "DUPLICATE_CONFIRMATION_REQUEST_UUID");
    // other contents under the same name are no better
    let other = world.tree_with([1; 16], &[]);
    let again = world.propose(&other);
    assert_eq!(rejected(&again).0, "DUPLICATE_CONFIRMATION_REQUEST_UUID");

    world.core.undecided.clear();
    world.core.replays = Replays::restore(vec![used.clone()]);
    let again = world.propose(&tree);
    assert_eq!(rejected(&again).0, "DUPLICATE_CONFIRMATION_REQUEST_UUID");
    let fresh = world.tree_with([2; 16], &[]);
    assert!(world.propose(&fresh).verdicts.is_empty());
    world.now = used.until.micros();
    world.event(Vec::new());
    assert!(world.propose(&tree).used.is_some());
}

mod malice;
mod overtaken;

//! From events to verdicts: pure.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::request::Request;
use crate::model::{MemberId, Timestamp};
use crate::protocol::{
    Followed, Follower, InformeeTree, Message, RequestId, Response, SequencedEvent, SignedMessage,
    Verdict,
};
use crate::topology::PublishedTransaction;

/// Everything that the mediator knows at one sequencing time.
#[derive(Debug)]
pub(super) struct Core {
    follower: Follower,
    undecided: BTreeMap<RequestId, Request>,
}

/// What is to be done after an event.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub verdicts: Vec<Decided>,
    /// Topology transactions published with the event.
    pub topology: Vec<PublishedTransaction>,
}

/// A verdict and who is told.
#[derive(Debug)]
pub(super) struct Decided {
    pub verdict: Verdict,
    pub recipients: Vec<MemberId>,
}

impl Core {
    /// How long participants wait for a verdict, from its request.
    pub(super) fn decision_timeout(&self) -> crate::model::Duration {
        self.follower.topology().parameters().decision_timeout()
    }

    /// At the beginning of the domain, or after a position, with the topology at that position.
    pub(super) const fn new(follower: Follower) -> Self {
        Self {
            follower,
            undecided: BTreeMap::new(),
        }
    }

    /// Everything sequenced before this was decided; `None` if everything is.
    pub(super) fn oldest_undecided(&self) -> Option<RequestId> {
        self.undecided.keys().next().copied()
    }

    /// When the next request times out.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.undecided
            .values()
            .map(|request| request.deadline)
            .min()
    }

    /// Takes an event.
    pub(super) fn process(&mut self, event: SequencedEvent) -> Effects {
        let mut effects = Effects::default();
        self.follower.advance(event.time);
        self.time_out(event.time, &mut effects);
        for content in event.contents {
            self.take(event.time, content, &mut effects);
        }
        effects
    }

    fn take(&mut self, time: Timestamp, content: Bytes, effects: &mut Effects) {
        let SignedMessage { signer, message } = match self.follower.take(time, content) {
            Ok(Followed::Message(message)) => message,
            Ok(Followed::Topology(published)) => return effects.topology.extend(published),
            Ok(Followed::Nothing) => return,
            Err(error) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%error, "message to the mediator refused");
                return;
            }
        };
        match message {
            Message::InformeeTree(tree) => self.request(time, &signer, &tree, effects),
            Message::Response(response) => self.response(&signer, &response, effects),
            Message::Tick => {}
            Message::RootHash(_)
            | Message::EncryptedViews(_)
            | Message::Verdict(_)
            | Message::AcsCommitment(_)
            | Message::TopologySubmission(_)
            | Message::TopologyRefusal(_)
            | Message::TopologyBroadcast(_)
            | Message::TopologySnapshot(_) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%signer, "message that is not for the mediator, ignored");
            }
        }
    }

    fn request(
        &mut self,
        time: Timestamp,
        signer: &MemberId,
        tree: &InformeeTree,
        effects: &mut Effects,
    ) {
        if *signer != tree.common.content().submitting_participant.member() {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(%signer, "a request in another's name, ignored");
            return;
        }
        metrics::counter!("daml_mediator_requests").increment(1);
        match Request::open(RequestId(time), tree, self.follower.topology()) {
            Ok(request) => {
                self.undecided.insert(request.id, request);
            }
            Err(decided) => {
                let (request, verdict) = *decided;
                effects.verdicts.push(Decided {
                    verdict,
                    recipients: request.recipients,
                });
            }
        }
    }

    fn response(&mut self, signer: &MemberId, response: &Response, effects: &mut Effects) {
        let Some(participant) = signer.participant() else {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(%signer, "an answer by somebody who hosts no parties, ignored");
            return;
        };
        // late, or decided already
        let Some(request) = self.undecided.get_mut(&response.request) else {
            return;
        };
        if let Some(verdict) = request.answer(participant, response) {
            self.decide(verdict, effects);
        }
    }

    fn time_out(&mut self, now: Timestamp, effects: &mut Effects) {
        let late: Vec<Verdict> = self
            .undecided
            .values()
            .filter(|request| request.deadline < now)
            .map(Request::time_out)
            .collect();
        for verdict in late {
            self.decide(verdict, effects);
        }
    }

    fn decide(&mut self, verdict: Verdict, effects: &mut Effects) {
        if let Some(request) = self.undecided.remove(&verdict.request) {
            effects.verdicts.push(Decided {
                verdict,
                recipients: request.recipients,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crypto::SigningKey;
    use crate::model::{DomainId, Hash, MemberKind, ParticipantId, Party, PartyHint, Purpose};
    use crate::protocol::{
        Answer, CommonMetadata, ConfirmedView, Forest, Leaf, Quorum, Reject, RequestTree,
        SubmitterMetadata, TransactionMetadata, View, ViewConfirmers, ViewData, ViewPosition,
    };
    use crate::topology::{Hosting, Mapping, MemberKeys, SignedTransaction, Transaction};

    /// A domain with a mediator, and participants that host a party each.
    struct World {
        domain: DomainId,
        core: Core,
        participants: Vec<(ParticipantId, SigningKey, Party)>,
        now: i64,
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
            core: Core::new(Follower::new(domain.clone(), manager.clone())),
            domain,
            participants,
            now: 1_000,
        };
        let published = |it: &SignedTransaction| PublishedTransaction {
            transaction: it.encode(),
            sequenced_at: Timestamp::EPOCH,
        };
        let snapshot = transactions.iter().map(|it| published(it).encode());
        let snapshot = snapshot.collect();
        let content = SignedMessage::seal(
            &Message::TopologySnapshot(snapshot),
            &world.domain,
            &manager,
            &domain_key,
        );
        let effects = world.event(vec![content]);
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
        fn event(&mut self, contents: Vec<Bytes>) -> Effects {
            self.now += 10;
            self.core.process(SequencedEvent {
                time: Timestamp::from_micros(self.now).unwrap(),
                message_id: None,
                contents,
            })
        }

        fn say(&mut self, participant: usize, message: &Message) -> Effects {
            let (id, key, _) = &self.participants[participant];
            let content = SignedMessage::seal(message, &self.domain, &id.member(), key);
            self.event(vec![content])
        }

        /// One view that concerns everybody, and for each a view inside of it.
        fn tree(&self) -> InformeeTree {
            self.tree_with([1; 16], &[])
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
            let tree = Message::InformeeTree(self.tree());
            let effects = self.say(0, &tree);
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
        let effects = world.say(0, &Message::InformeeTree(tree));
        assert!(matches!(&effects.verdicts[0].verdict.answer,
            Answer::Reject(reject) if reject.error_id == "UNKNOWN_INFORMEES"));
    }

    mod malice;
}

//! From events to verdicts: pure.

use std::collections::BTreeMap;

use super::delivery::Delivery;
use super::replays::{Replays, UsedUuid};
use super::request::{Request, replayed};
use crate::model::{MemberId, Timestamp};
use crate::protocol::{
    Answer, CommonMetadata, Envelope, Followed, Follower, GoodSignatures, Message, Reject,
    RequestId, Response, SequencedEvent, SignedMessage, Verdict,
};
use crate::topology::{PublishedTransaction, State};

/// Everything that the mediator knows at one sequencing time.
#[derive(Debug)]
pub(super) struct Core {
    follower: Follower,
    /// Who we are.
    member: MemberId,
    replays: Replays,
    undecided: BTreeMap<RequestId, Request>,
}

/// What is to be done after an event.
#[derive(Debug, Default)]
pub(super) struct Effects {
    pub verdicts: Vec<Decided>,
    /// Topology transactions published with the event.
    pub topology: Vec<PublishedTransaction>,
    /// The name of the request that came with the event.
    pub used: Option<UsedUuid>,
}

/// A verdict and who is told.
#[derive(Debug)]
pub(super) struct Decided {
    pub verdict: Verdict,
    pub recipients: Vec<MemberId>,
}

impl Core {
    /// The signatures that were found good lately.
    pub(super) const fn good_signatures(&self) -> &GoodSignatures {
        self.follower.good_signatures()
    }

    /// How long participants wait for a verdict, from its request.
    pub(super) fn decision_timeout(&self) -> crate::model::Duration {
        self.follower.topology().parameters().decision_timeout()
    }

    /// At the beginning of the domain, or after a position, with the topology and the names of requests
    /// at that position.
    pub(super) const fn new(follower: Follower, member: MemberId, replays: Replays) -> Self {
        Self {
            follower,
            member,
            replays,
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
        self.replays.advance(event.time);
        let mut delivery = Delivery::default();
        for envelope in event.envelopes {
            self.take(event.time, envelope, &mut delivery, &mut effects);
        }
        self.request(event.time, &delivery, &mut effects);
        effects
    }

    fn take(
        &mut self,
        time: Timestamp,
        envelope: Envelope,
        delivery: &mut Delivery,
        effects: &mut Effects,
    ) {
        let Envelope {
            content,
            recipients,
        } = envelope;
        if delivery.is_known(&content) {
            return delivery.same_root_hash(recipients);
        }
        let SignedMessage { signer, message } = match self.follower.take(time, content.clone()) {
            Ok(Followed::Message(signed)) => *signed,
            Ok(Followed::Topology(published)) => return effects.topology.extend(published),
            Ok(Followed::Nothing) => return,
            Err(error) => {
                metrics::counter!("jura_refused_messages_total").increment(1);
                tracing::warn!(%error, "message to the mediator refused");
                return;
            }
        };
        match message {
            Message::InformeeTree(tree) => delivery.informee_tree(&signer, tree),
            Message::RootHash(hash) => delivery.root_hash(content, signer, hash, recipients),
            Message::Response(response) => self.response(&signer, &response, effects),
            Message::Tick => {}
            Message::EncryptedViews(_)
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

    /// Takes up the request of an event, if there is one.
    fn request(&mut self, time: Timestamp, delivery: &Delivery, effects: &mut Effects) {
        let Some(tree) = delivery.tree() else {
            return;
        };
        metrics::counter!("daml_mediator_requests").increment(1);
        let common = tree.common.content();
        let used = UsedUuid::of(common, time);
        let prior = self.replays.take(&used).map(|it| replayed(&used, it));
        if prior.is_none() {
            effects.used = Some(used);
        }
        let open = |topology: &State| {
            Request::open(RequestId(time), tree, topology, |participants| {
                let prior = prior.clone();
                prior.or_else(|| delivery.fault(&self.member, participants))
            })
        };
        match open(self.follower.topology()) {
            Ok(request) => {
                self.undecided.insert(request.id, request);
            }
            Err(decided) => {
                let (mut request, mut verdict) = *decided;
                let before = self.before(time, common);
                if is_malformed(&verdict) && before.is_some_and(|it| open(it).is_ok()) {
                    verdict.answer = Answer::Reject(Reject::overtaken());
                }
                alarm(&verdict);
                // who got a root hash by mistake need not wait
                request.recipients.extend(delivery.told());
                request.recipients.sort_unstable();
                request.recipients.dedup();
                effects.verdicts.push(Decided {
                    verdict,
                    recipients: request.recipients,
                });
            }
        }
    }

    /// The topology under which a request was made, if it has changed since.
    fn before(&self, sequenced_at: Timestamp, common: &CommonMetadata) -> Option<&State> {
        let parameters = self.follower.topology().parameters();
        let tolerance = parameters.topology_change_tolerance();
        let history = self.follower.register().history();
        history.replaced(common.topology_time, sequenced_at, tolerance)
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

fn is_malformed(verdict: &Verdict) -> bool {
    matches!(&verdict.answer, Answer::Reject(reject) if reject.malformed)
}

/// Says and counts that a request was rejected because its sender is faulty.
fn alarm(verdict: &Verdict) {
    let Answer::Reject(reject) = &verdict.answer else {
        return;
    };
    let (id, message) = (&reject.error_id, &reject.message);
    if reject.malformed {
        metrics::counter!("jura_malformed_requests_total").increment(1);
        tracing::warn!(request = %verdict.request, id, message, "malformed request rejected");
    } else {
        tracing::debug!(request = %verdict.request, id, message, "request rejected");
    }
}

#[cfg(test)]
mod tests;

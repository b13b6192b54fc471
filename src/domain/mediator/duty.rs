//! What the mediator has to send, and up to where all is done: pure.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::core::{Core, Decided};
use super::replays::UsedUuid;
use crate::crypto::SigningKey;
use crate::model::{DomainId, Duration, MemberId, Timestamp};
use crate::protocol::{
    Envelope, Message, MessageId, Recipients, RequestId, SequencedEvent, SignedMessage,
    SignedRequest, SubmissionRequest,
};
use crate::topology::PublishedTransaction;

/// A verdict later than this, or than participants wait for it, helps nobody.
const VERDICT_PATIENCE: Duration = Duration::from_secs(60);

/// The mediator at work: what it knows, and what it still owes.
#[derive(Debug)]
pub(super) struct Duty {
    pub core: Core,
    pub domain: DomainId,
    pub member: MemberId,
    pub key: SigningKey,
    /// The last event that was processed.
    pub processed: Timestamp,
    /// Up to here everything is done, and that is kept.
    pub kept: Timestamp,
    /// Published since then.
    pub topology: Vec<PublishedTransaction>,
    /// The names of requests since then.
    pub used: Vec<UsedUuid>,
    /// Requests whose verdicts are on their way: the position stays before them.
    pub unsent: BTreeSet<RequestId>,
}

impl Duty {
    /// Takes events; the verdicts that are to be sent now, each by its request, signed in one go.
    pub(super) fn process(
        &mut self,
        events: impl IntoIterator<Item = SequencedEvent>,
    ) -> Vec<(RequestId, SignedRequest)> {
        let mut verdicts = Vec::new();
        let mut told = Vec::new();
        for event in events {
            let time = event.time;
            let effects = self.core.process(event);
            self.processed = time;
            self.topology.extend(effects.topology);
            self.used.extend(effects.used);
            for Decided {
                verdict,
                recipients,
            } in effects.verdicts
            {
                let (request, answer) = (verdict.request, &verdict.answer);
                tracing::debug!(%request, ?answer, "verdict");
                self.unsent.insert(request);
                verdicts.push(Message::Verdict(verdict));
                told.push((request, recipients));
            }
        }
        let requests = self.seal_all(&verdicts).into_iter().zip(&told);
        let requests = requests
            .map(|(verdict, (request, members))| self.request(*request, &verdict, members))
            .collect();
        let signed = SignedRequest::seal_all(requests, &self.domain, &self.key);
        let told = told.into_iter().map(|(request, _)| request);
        told.zip(signed).collect()
    }

    fn request(
        &self,
        request: RequestId,
        verdict: &Bytes,
        members: &[MemberId],
    ) -> SubmissionRequest {
        // for each on its own: nobody is told of others
        let envelopes = members.iter().map(|member| Envelope {
            content: verdict.clone(),
            recipients: Recipients::group([member.clone()]),
        });
        SubmissionRequest {
            sender: self.member.clone(),
            message_id: MessageId::about_request("verdict", request),
            envelopes: envelopes.collect(),
            max_sequencing_time: request.0.plus(self.verdict_patience()),
        }
    }

    fn seal_all(&self, messages: &[Message]) -> Vec<Bytes> {
        let good = self.core.good_signatures();
        SignedMessage::seal_all(messages, &self.domain, &self.member, &self.key, good)
    }

    /// The fate of the verdict on a request is known.
    pub(super) fn sent(&mut self, request: RequestId) {
        self.unsent.remove(&request);
    }

    /// Asks for a moment in time when a deadline is over and nothing happens.
    pub(super) fn tick(&self, now: Timestamp, patience: Duration) -> Option<SubmissionRequest> {
        let deadline = self.core.next_deadline()?;
        (deadline.plus(patience) < now).then(|| SubmissionRequest {
            sender: self.member.clone(),
            message_id: MessageId::random(),
            envelopes: vec![self.envelope(&Message::Tick, vec![self.member.clone()])],
            max_sequencing_time: now.plus(VERDICT_PATIENCE),
        })
    }

    /// Up to where everything is decided and sent, if that is later than what is kept.
    pub(super) fn done(&self) -> Option<Timestamp> {
        let oldest_unsent = self.unsent.first().copied();
        let oldest = [self.core.oldest_undecided(), oldest_unsent]
            .into_iter()
            .flatten()
            .min();
        let done = oldest.map_or(self.processed, |request| {
            request.0.minus(Duration::from_micros(1))
        });
        (done > self.kept).then_some(done)
    }

    /// What was published up to a time and is not kept yet.
    pub(super) fn published(&self, until: Timestamp) -> &[PublishedTransaction] {
        let split = self.topology.partition_point(|it| it.sequenced_at <= until);
        &self.topology[..split]
    }

    /// The names of requests up to a time that are not kept yet.
    pub(super) fn used(&self, until: Timestamp) -> &[UsedUuid] {
        let split = self.used.partition_point(|it| it.at <= until);
        &self.used[..split]
    }

    /// Everything up to a time is kept.
    pub(super) fn kept(&mut self, until: Timestamp) {
        let kept = self.published(until).len();
        self.topology.drain(..kept);
        let kept = self.used(until).len();
        self.used.drain(..kept);
        self.kept = until;
    }

    /// How long after its request a verdict may be sequenced.
    fn verdict_patience(&self) -> Duration {
        VERDICT_PATIENCE.max(self.core.decision_timeout())
    }

    fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(message, &self.domain, &self.member, &self.key),
            recipients: Recipients::group(recipients),
        }
    }
}

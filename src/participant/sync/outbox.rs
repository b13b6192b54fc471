//! Sending beside the loop: each message until its fate is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, ParticipantId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{ConfirmationRequest, members};
use crate::protocol::{
    Envelope, GoodSignatures, Message, MessageId, Recipients, Sessions, SignedMessage,
    SignedRequest, SubmissionRequest,
};
use crate::sequencer_client::{SendError, SequencerPort, send_until_sequenced};
use crate::topology::State;

/// What is on its way to the sequencer.
pub(super) struct Outbox {
    sequencer: Arc<dyn SequencerPort>,
    domain: DomainId,
    member: MemberId,
    key: SigningKey,
    good: GoodSignatures,
    sessions: Sessions,
    sending: JoinSet<Sent>,
    /// On their way, by messages that may be signed with another key.
    signed_before: BTreeSet<MessageId>,
    /// On their way, signed with this key.
    signed_now: BTreeSet<MessageId>,
}

/// What became of a message.
#[derive(Debug)]
pub(super) struct Sent {
    pub message_id: MessageId,
    pub outcome: Result<(), SendError>,
}

impl Outbox {
    pub(super) fn new(
        sequencer: Arc<dyn SequencerPort>,
        domain: DomainId,
        member: MemberId,
        key: SigningKey,
        good: GoodSignatures,
    ) -> Self {
        Self {
            sequencer,
            domain,
            member,
            key,
            good,
            sessions: Sessions::default(),
            sending: JoinSet::new(),
            signed_before: BTreeSet::new(),
            signed_now: BTreeSet::new(),
        }
    }

    /// Signs with a key from now on; whether it is another one.
    pub(super) fn sign_with(&mut self, key: &SigningKey) -> bool {
        let is_other = key.public() != self.key.public();
        if is_other {
            self.key = key.clone();
            self.signed_before.append(&mut self.signed_now);
        }
        is_other
    }

    /// Whether nothing is on its way that may be signed with another key.
    pub(super) fn is_drained(&self) -> bool {
        self.signed_before.is_empty()
    }

    /// Signs messages in one go.
    fn seal_all(&self, messages: &[Message]) -> Vec<Bytes> {
        SignedMessage::seal_all(messages, &self.domain, &self.member, &self.key, &self.good)
    }

    /// Signed messages in envelopes for the same recipients.
    pub(super) fn envelopes(&self, messages: &[Message], recipients: &Recipients) -> Vec<Envelope> {
        let envelope = |content| Envelope {
            content,
            recipients: recipients.clone(),
        };
        self.seal_all(messages).into_iter().map(envelope).collect()
    }

    /// A signed message in an envelope.
    pub(super) fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(message, &self.domain, &self.member, &self.key),
            recipients: Recipients::group(recipients),
        }
    }

    /// What a confirmation request is sent as: the root hash to each who gets something of it, the tree
    /// without contract data to the mediator, and the views to those who may see them.
    pub(super) fn request_envelopes(
        &mut self,
        request: &ConfirmationRequest,
        mediator: MemberId,
        topology: &State,
        now: Timestamp,
    ) -> Result<Vec<Envelope>, Refusal> {
        let (root_hash, views) = request.tree.light_views();
        let key_of = |participant: &ParticipantId| topology.encryption_key_of(participant);
        let encrypted = self
            .sessions
            .encrypt(&views, &request.recipients, key_of, now);
        let encrypted = encrypted.map_err(|error| {
            Refusal::new(ErrorId::NoSynchronizerForSubmission, error.to_string())
        })?;
        let tree = Message::InformeeTree(request.tree.informee_tree());
        let mut messages = vec![Message::RootHash(root_hash), tree];
        let mut recipients = Vec::with_capacity(encrypted.len());
        for (readers, views) in encrypted {
            let groups = readers.iter().map(|group| members(group).into_iter());
            recipients.push(Recipients::nested(groups.map(Iterator::collect).collect()));
            messages.push(Message::EncryptedViews(views));
        }
        let mut sealed = self.seal_all(&messages).into_iter();
        let mut envelopes = Vec::with_capacity(messages.len() + request.participants.len());
        // for each participant and the mediator: so no participant is told of others
        let root_hash = sealed.next().unwrap_or_default();
        envelopes.extend(request.participants.iter().map(|participant| Envelope {
            content: root_hash.clone(),
            recipients: Recipients::group([participant.member(), mediator.clone()]),
        }));
        let recipients = std::iter::once(Recipients::group([mediator])).chain(recipients);
        let rest = sealed.zip(recipients);
        envelopes.extend(rest.map(|(content, recipients)| Envelope {
            content,
            recipients,
        }));
        Ok(envelopes)
    }

    /// A request of ours.
    pub(super) fn request(
        &self,
        message_id: MessageId,
        envelopes: Vec<Envelope>,
        max_sequencing_time: Timestamp,
    ) -> SubmissionRequest {
        SubmissionRequest {
            sender: self.member.clone(),
            message_id,
            envelopes,
            max_sequencing_time,
        }
    }

    /// Sends a request of an earlier life.
    pub(super) fn resume(&mut self, request: SubmissionRequest) {
        let request = self.sign_again(request);
        self.dispatch(request);
    }

    /// Sends a request, as often as it takes.
    pub(super) fn send(&mut self, request: SubmissionRequest) {
        self.send_all(vec![request]);
    }

    /// Sends requests, as often as it takes, signed in one go.
    pub(super) fn send_all(&mut self, requests: Vec<SubmissionRequest>) {
        for request in self.sign_all(requests) {
            self.dispatch(request);
        }
    }

    /// Signs requests in one go; they are on their way from now on.
    pub(super) fn sign_all(&mut self, requests: Vec<SubmissionRequest>) -> Vec<SignedRequest> {
        let ids = requests.iter().map(|request| request.message_id);
        self.signed_now.extend(ids);
        SignedRequest::seal_all(requests, &self.domain, &self.key)
    }

    /// Signs a request of an earlier life: its messages may be signed with another key.
    pub(super) fn sign_again(&mut self, request: SubmissionRequest) -> SignedRequest {
        self.signed_before.insert(request.message_id);
        SignedRequest::seal(request, &self.domain, &self.key)
    }

    /// A message's fate is known: it is not on its way any more.
    pub(super) fn arrived(&mut self, message_id: &MessageId) {
        self.signed_before.remove(message_id);
        self.signed_now.remove(message_id);
    }

    fn dispatch(&mut self, request: SignedRequest) {
        let sequencer = Arc::clone(&self.sequencer);
        let message_id = request.request().message_id;
        self.sending.spawn_local(async move {
            Sent {
                message_id,
                outcome: send_until_sequenced(&sequencer, request).await,
            }
        });
    }

    /// A question for a moment in time.
    pub(super) fn tick(&self, max_sequencing_time: Timestamp) -> SubmissionRequest {
        let envelope = self.envelope(&Message::Tick, vec![self.member.clone()]);
        self.request(MessageId::random(), vec![envelope], max_sequencing_time)
    }

    /// The next message whose fate is known; pending while nothing is on its way.
    pub(super) async fn next(&mut self) -> Sent {
        loop {
            match self.sending.join_next().await {
                Some(Ok(sent)) => {
                    self.arrived(&sent.message_id);
                    return sent;
                }
                // a task that ended otherwise was stopped together with its role
                Some(Err(error)) => tracing::debug!(%error, "sending ended"),
                None => std::future::pending().await,
            }
        }
    }
}

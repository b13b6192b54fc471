//! Sending beside the loop: each message until its fate is known.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{Envelope, Message, MessageId, SignedMessage, SubmissionRequest};
use crate::sequencer_client::{SendError, SequencerPort, send_until_sequenced};

/// What is on its way to the sequencer.
pub(super) struct Outbox {
    sequencer: Arc<dyn SequencerPort>,
    domain: DomainId,
    member: MemberId,
    key: SigningKey,
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
    ) -> Self {
        Self {
            sequencer,
            domain,
            member,
            key,
            sending: JoinSet::new(),
            signed_before: BTreeSet::new(),
            signed_now: BTreeSet::new(),
        }
    }

    /// Signs with a key from now on.
    pub(super) fn sign_with(&mut self, key: &SigningKey) {
        if key.public() != self.key.public() {
            self.key = key.clone();
            self.signed_before.append(&mut self.signed_now);
        }
    }

    /// Whether nothing is on its way that may be signed with another key.
    pub(super) fn is_drained(&self) -> bool {
        self.signed_before.is_empty()
    }

    /// A signed message in an envelope.
    pub(super) fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(message, &self.domain, &self.member, &self.key),
            recipients,
        }
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
        self.signed_before.insert(request.message_id);
        self.send_signed(request);
    }

    /// Sends a request, as often as it takes.
    pub(super) fn send(&mut self, request: SubmissionRequest) {
        self.signed_now.insert(request.message_id);
        self.send_signed(request);
    }

    fn send_signed(&mut self, request: SubmissionRequest) {
        let sequencer = Arc::clone(&self.sequencer);
        let message_id = request.message_id;
        self.sending.spawn_local(async move {
            Sent {
                message_id,
                outcome: send_until_sequenced(&sequencer, request).await,
            }
        });
    }

    /// Asks for a moment in time.
    pub(super) fn tick(&mut self, max_sequencing_time: Timestamp) {
        let envelope = self.envelope(&Message::Tick, vec![self.member.clone()]);
        let request = self.request(MessageId::random(), vec![envelope], max_sequencing_time);
        self.send(request);
    }

    /// The next message whose fate is known; pending while nothing is on its way.
    pub(super) async fn next(&mut self) -> Sent {
        loop {
            match self.sending.join_next().await {
                Some(Ok(sent)) => {
                    self.signed_before.remove(&sent.message_id);
                    self.signed_now.remove(&sent.message_id);
                    return sent;
                }
                // a task that ended otherwise was stopped together with its role
                Some(Err(error)) => tracing::debug!(%error, "sending ended"),
                None => std::future::pending().await,
            }
        }
    }
}

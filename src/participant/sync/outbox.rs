//! Sending beside the loop: each message until its fate is known.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::identity::Identity;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{
    Envelope, Message, MessageId, SignedMessage, SignedRequest, SubmissionRequest,
};
use crate::sequencer_client::{SendError, SequencerPort, send_until_sequenced};

/// What is on its way to the sequencer.
pub(super) struct Outbox {
    sequencer: Arc<dyn SequencerPort>,
    domain: DomainId,
    identity: Identity,
    sending: JoinSet<Sent>,
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
        identity: Identity,
    ) -> Self {
        Self {
            sequencer,
            domain,
            identity,
            sending: JoinSet::new(),
        }
    }

    /// A signed message in an envelope.
    pub(super) fn envelope(&self, message: &Message, recipients: Vec<MemberId>) -> Envelope {
        Envelope {
            content: SignedMessage::seal(
                message,
                &self.domain,
                &self.identity.member(),
                &self.identity.signing_key,
            ),
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
            sender: self.identity.member(),
            message_id,
            envelopes,
            max_sequencing_time,
        }
    }

    /// Sends a request, as often as it takes.
    pub(super) fn send(&mut self, request: SubmissionRequest) {
        let sequencer = Arc::clone(&self.sequencer);
        let message_id = request.message_id;
        let request = SignedRequest::seal(request, &self.domain, &self.identity.signing_key);
        self.sending.spawn_local(async move {
            Sent {
                message_id,
                outcome: send_until_sequenced(&sequencer, request).await,
            }
        });
    }

    /// Asks for a moment in time.
    pub(super) fn tick(&mut self, max_sequencing_time: Timestamp) {
        let envelope = self.envelope(&Message::Tick, vec![self.identity.member()]);
        let request = self.request(MessageId::random(), vec![envelope], max_sequencing_time);
        self.send(request);
    }

    /// The next message whose fate is known; pending while nothing is on its way.
    pub(super) async fn next(&mut self) -> Sent {
        loop {
            match self.sending.join_next().await {
                Some(Ok(sent)) => return sent,
                // a task that ended otherwise was stopped together with its role
                Some(Err(error)) => tracing::debug!(%error, "sending ended"),
                None => std::future::pending().await,
            }
        }
    }
}

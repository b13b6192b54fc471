//! The sequencer's port within a process.

use super::messages::{Reader, SequencerMessage};
use crate::model::{MemberId, Timestamp};
use crate::protocol::{SequencedEvent, SubmissionRequest};
use crate::runtime::{Handle, PostError};
use crate::sequencer_client::{ReadError, SendError, SequencerPort};

/// Reaches a sequencer in the same process.
#[derive(Debug, Clone)]
pub struct InProcessSequencer(pub Handle<SequencerMessage>);

#[tonic::async_trait]
impl SequencerPort for InProcessSequencer {
    async fn send(&self, request: SubmissionRequest) -> Result<(), SendError> {
        self.0
            .ask(|reply| SequencerMessage::Send { request, reply })
            .await
            .map_err(|error| send_error(&error))?
    }

    async fn read(
        &self,
        member: &MemberId,
        after: Timestamp,
        max: usize,
    ) -> Result<Vec<SequencedEvent>, ReadError> {
        let member = member.clone();
        self.0
            .ask(|reply| {
                SequencerMessage::Read(Reader {
                    member,
                    after,
                    max,
                    reply,
                })
            })
            .await
            .map_err(|error| ReadError::Unavailable(error.to_string()))?
    }

    async fn register(&self, member: &MemberId) -> Result<(), SendError> {
        let member = member.clone();
        self.0
            .ask(|reply| SequencerMessage::Register { member, reply })
            .await
            .map_err(|error| send_error(&error))?
    }
}

fn send_error(error: &PostError) -> SendError {
    match error {
        PostError::Busy(_) => SendError::Overloaded,
        PostError::Down(_) => SendError::Unavailable(error.to_string()),
    }
}

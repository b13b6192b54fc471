//! What the sequencer's mailbox takes.

use tokio::sync::oneshot;

use crate::model::{MemberId, Timestamp};
use crate::protocol::{SequencedEvent, SubmissionRequest};
use crate::sequencer_client::{ReadError, SendError};

/// A message to the sequencer.
#[derive(Debug)]
pub enum SequencerMessage {
    /// Sequence a batch.
    Send {
        /// The batch.
        request: SubmissionRequest,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
    /// Read a member's events.
    Read(Reader),
    /// Let a member take part.
    Register {
        /// The member.
        member: MemberId,
        /// Answered when it is durable.
        reply: oneshot::Sender<Result<(), SendError>>,
    },
}

/// Somebody who waits for events.
#[derive(Debug)]
pub struct Reader {
    /// Whose events.
    pub member: MemberId,
    /// After which time.
    pub after: Timestamp,
    /// How many at most.
    pub max: usize,
    /// Answered when there are some, or none for a while.
    pub reply: oneshot::Sender<Result<Vec<SequencedEvent>, ReadError>>,
}

//! What a sequencer offers.

use crate::model::{MemberId, Timestamp};
use crate::protocol::{SequencedEvent, SubmissionRequest};

/// Why a request was not sequenced now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Unknown whether it was sequenced. Send it again.
    #[error("the sequencer is not reachable: {0}")]
    Unavailable(String),
    /// Not sequenced, for too many others are. Send it again.
    #[error("the sequencer is overloaded")]
    Overloaded,
    /// Its time is over: it was not sequenced and never will be.
    #[error("the request's maximum sequencing time has passed")]
    TooLate,
    /// Not sequenced: it never fits.
    #[error("the request has {bytes} bytes, the sequencer takes {max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest that is taken.
        max: usize,
    },
    /// Not sequenced: it names members that nobody knows.
    #[error("unknown member {0}")]
    UnknownMember(String),
}

/// Why events could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Try again.
    #[error("the sequencer is not reachable: {0}")]
    Unavailable(String),
    /// The member is not registered.
    #[error("unknown member {0}")]
    UnknownMember(String),
}

/// A sequencer.
#[tonic::async_trait]
pub trait SequencerPort: Send + Sync + 'static {
    /// Sequences a request; returns when that is durable, also if it was sequenced before.
    async fn send(&self, request: SubmissionRequest) -> Result<(), SendError>;

    /// The member's events after a time, in their order, at most `max`; waits a while if there are
    /// none and may return none.
    async fn read(
        &self,
        member: &MemberId,
        after: Timestamp,
        max: usize,
    ) -> Result<Vec<SequencedEvent>, ReadError>;

    /// Lets a member send and receive from now on. Registering twice is the same as once.
    async fn register(&self, member: &MemberId) -> Result<(), SendError>;
}

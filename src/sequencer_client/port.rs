//! What a sequencer offers.

use bytes::Bytes;

use crate::model::{MemberId, Timestamp};
use crate::protocol::{EventPage, SignedAcknowledgement, SignedRequest};

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
    /// Not sequenced: it is not its sender's, or not for this domain.
    #[error("the sequencer refuses the request: {0}")]
    Refused(String),
    /// Not sequenced: the sender gave its message id to something else before.
    #[error("the message id was used for another request")]
    MessageIdReused,
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
    /// The sequencer does not believe that it is the member who asks.
    #[error("the sequencer refuses the reader: {0}")]
    Refused(String),
}

/// A sequencer.
#[tonic::async_trait]
pub trait SequencerPort: Send + Sync + 'static {
    /// Sequences a request; returns when that is durable, also if it was sequenced before.
    async fn send(&self, request: SignedRequest) -> Result<(), SendError>;

    /// The member's events after a time, in their order, at most `max`; waits a while if there are
    /// none and may return none.
    async fn read(
        &self,
        member: &MemberId,
        after: Timestamp,
        max: usize,
    ) -> Result<EventPage, ReadError>;

    /// Notes up to where a member has kept its events. Never goes back.
    async fn acknowledge(&self, acknowledgement: SignedAcknowledgement) -> Result<(), SendError>;

    /// What the sequencer would now give out as a sequencing time, or a little less.
    async fn time(&self) -> Result<Timestamp, ReadError>;

    /// The topology transactions by which the domain's namespace says with which key the sequencer
    /// signs. To be checked by who asks.
    async fn certificate(&self) -> Result<Vec<Bytes>, ReadError>;
}

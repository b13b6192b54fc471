//! A sequencer that nobody calls: the outbox makes messages here, the network of the simulation sends.

use bytes::Bytes;

use crate::model::{MemberId, Timestamp};
use crate::protocol::{EventPage, SignedAcknowledgement, SignedRequest};
use crate::sequencer_client::{ReadError, SendError, SequencerPort};

pub(super) struct Nowhere;

#[tonic::async_trait]
impl SequencerPort for Nowhere {
    async fn send(&self, _: SignedRequest) -> Result<(), SendError> {
        Err(SendError::Overloaded)
    }

    async fn read(&self, _: &MemberId, _: Timestamp, _: usize) -> Result<EventPage, ReadError> {
        Err(ReadError::Unavailable(String::new()))
    }

    async fn acknowledge(&self, _: SignedAcknowledgement) -> Result<(), SendError> {
        Err(SendError::Overloaded)
    }

    async fn time(&self) -> Result<Timestamp, ReadError> {
        Err(ReadError::Unavailable(String::new()))
    }

    async fn certificate(&self) -> Result<Vec<Bytes>, ReadError> {
        Err(ReadError::Unavailable(String::new()))
    }
}

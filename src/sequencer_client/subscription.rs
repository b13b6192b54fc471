//! Reading one member's events in their order.

use std::sync::Arc;
use std::time::Duration;

use super::{ReadError, SequencerPort};
use crate::model::{MemberId, Timestamp};
use crate::protocol::SequencedEvent;

/// Events read at once at most.
const PAGE: usize = 256;

/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(50);

/// A place in a member's stream of events.
pub struct Subscription {
    sequencer: Arc<dyn SequencerPort>,
    member: MemberId,
    after: Timestamp,
}

impl Subscription {
    /// Reads what comes after a time.
    pub fn new(sequencer: Arc<dyn SequencerPort>, member: MemberId, after: Timestamp) -> Self {
        Self {
            sequencer,
            member,
            after,
        }
    }

    /// Waits for the next events; at least one. Goes on by itself when the sequencer is away for a
    /// while. Cancelling loses nothing.
    ///
    /// # Errors
    /// [`ReadError::UnknownMember`] if the sequencer does not know the member.
    pub async fn next(&mut self) -> Result<Vec<SequencedEvent>, ReadError> {
        loop {
            match self.sequencer.read(&self.member, self.after, PAGE).await {
                Ok(events) => {
                    if let Some(last) = events.last() {
                        self.after = last.time;
                        return Ok(events);
                    }
                }
                Err(ReadError::Unavailable(reason)) => {
                    tracing::debug!(member = %self.member, reason, "reading again");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error @ ReadError::UnknownMember(_)) => return Err(error),
            }
        }
    }
}

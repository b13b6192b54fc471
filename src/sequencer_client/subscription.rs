//! Reading one member's events in their order.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{ReadError, SequencerPort};
use crate::model::{MemberId, Timestamp};
use crate::protocol::SequencedEvent;

/// Events read at once at most.
const PAGE: usize = 256;

/// Pages read ahead of the reader. More would only take memory: the sequencer has them.
const PAGES_AHEAD: usize = 2;

/// Pause after a failure.
const PAUSE: Duration = Duration::from_millis(50);

/// A place in a member's stream of events, read ahead by a task of its own.
#[derive(Debug)]
pub struct Subscription {
    pages: mpsc::Receiver<Result<Vec<SequencedEvent>, ReadError>>,
}

impl Subscription {
    /// Reads what comes after a time. The task lives on the caller's thread, which must be a role's,
    /// and ends with the subscription.
    pub fn start(sequencer: Arc<dyn SequencerPort>, member: MemberId, after: Timestamp) -> Self {
        let (sender, pages) = mpsc::channel(PAGES_AHEAD);
        let reader = Reader {
            sequencer,
            member,
            after,
        };
        tokio::task::spawn_local(reader.run(sender));
        Self { pages }
    }

    /// Waits for the next events; at least one. Goes on by itself when the sequencer is away for a
    /// while. Cancelling loses nothing.
    ///
    /// # Errors
    /// [`ReadError::UnknownMember`] if the sequencer does not know the member.
    pub async fn next(&mut self) -> Result<Vec<SequencedEvent>, ReadError> {
        let page = self.pages.recv().await;
        page.unwrap_or_else(|| Err(ReadError::Unavailable("reading has ended".to_owned())))
    }
}

struct Reader {
    sequencer: Arc<dyn SequencerPort>,
    member: MemberId,
    after: Timestamp,
}

impl Reader {
    async fn run(mut self, pages: mpsc::Sender<Result<Vec<SequencedEvent>, ReadError>>) {
        while !pages.is_closed() {
            let page = match self.page().await {
                Ok(events) if events.is_empty() => continue,
                Ok(events) => Ok(events),
                Err(ReadError::Unavailable(reason)) => {
                    tracing::debug!(member = %self.member, reason, "reading again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error @ ReadError::UnknownMember(_)) => Err(error),
            };
            let is_last = page.is_err();
            if pages.send(page).await.is_err() || is_last {
                return;
            }
        }
    }

    async fn page(&mut self) -> Result<Vec<SequencedEvent>, ReadError> {
        let events = self.sequencer.read(&self.member, self.after, PAGE).await?;
        if let Some(last) = events.last() {
            self.after = last.time;
        }
        Ok(events)
    }
}

//! The pace of a read that goes forward: what to read next, when to wait, when to end.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::store::Range;
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Head, LedgerEnd};
use crate::runtime::shutdown::Signal;

/// A stream that arrived at the ledger end says so after this long.
const FIRST_CHECKPOINT: Duration = Duration::from_millis(500);

/// A read's way along the ledger.
#[derive(Debug)]
pub(super) struct Follow {
    ends: watch::Receiver<Option<LedgerEnd>>,
    stop: Signal,
    /// Everything up to here was read.
    position: Offset,
    /// Where to end; without it, the read goes on with the ledger.
    last: Option<Offset>,
    checkpointed: Option<Offset>,
    checkpoints: Interval,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Read on.
    Read(Range),
    /// Nothing to read for a while: tell how far the read has come.
    Checkpoint(LedgerEnd),
    /// All was read.
    End,
}

impl Follow {
    pub(super) fn new(
        head: &Head,
        stop: Signal,
        after: Offset,
        last: Option<Offset>,
        checkpoint_interval: Duration,
    ) -> Self {
        let first = Instant::now() + FIRST_CHECKPOINT.min(checkpoint_interval);
        let mut checkpoints = tokio::time::interval_at(first, checkpoint_interval);
        checkpoints.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ends: head.watch(),
            stop,
            position: after,
            last,
            checkpointed: None,
            checkpoints,
        }
    }

    /// Everything up to here was read.
    pub(super) fn has_read_to(&mut self, position: Offset) {
        self.position = position;
    }

    /// Waits until there is something to do.
    ///
    /// # Errors
    /// When the server stops.
    pub(super) async fn next(&mut self) -> Result<Step, Refusal> {
        loop {
            if self.stop.is_fired() {
                return Err(stopping());
            }
            if self.last.is_some_and(|last| self.position >= last) {
                return Ok(Step::End);
            }
            let end = self.ends.borrow_and_update().clone();
            if let Some(end) = &end {
                let to = self.last.map_or(end.offset, |last| last.min(end.offset));
                if self.position < to {
                    let after = self.position;
                    return Ok(Step::Read(Range { after, to }));
                }
            }
            tokio::select! {
                changed = self.ends.changed() => changed.map_err(|_| stopping())?,
                () = self.stop.fired() => return Err(stopping()),
                _ = self.checkpoints.tick(), if self.last.is_none() => {
                    if let Some(checkpoint) = self.checkpoint(end) {
                        return Ok(Step::Checkpoint(checkpoint));
                    }
                }
            }
        }
    }

    /// Where the read is, if that is the ledger end and has not been told.
    fn checkpoint(&mut self, end: Option<LedgerEnd>) -> Option<LedgerEnd> {
        let end = end.filter(|end| end.offset == self.position)?;
        if self.checkpointed == Some(end.offset) {
            return None;
        }
        self.checkpointed = Some(end.offset);
        Some(end)
    }
}

fn stopping() -> Refusal {
    Refusal::new(
        ErrorId::AbortedDueToShutdown,
        "Request aborted due to shutdown.",
    )
}

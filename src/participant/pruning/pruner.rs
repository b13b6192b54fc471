//! What deletes: follows the decision in small steps, beside everything else.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::beginning::Beginning;
use super::plan::plan;
use super::store::Store;
use crate::model::Offset;
use crate::storage::Error;

/// Entries that are deleted in one transaction at most: others wait for its connection.
const STEP_ENTRIES_MAX: usize = 128;

/// Bytes of them, unless a single one has more.
const STEP_BYTES_MAX: usize = 256 << 10;

/// Pauses after a failure: from, to.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// Deletes what sync owns, up to where the read cache has nothing any more.
#[derive(Debug)]
pub struct Pruner {
    store: Store,
    beginning: Beginning,
}

impl Pruner {
    /// Works on these tables; tells `beginning` how far it has come.
    pub fn new(store: Store, beginning: Beginning) -> Self {
        Self { store, beginning }
    }

    /// Works for ever. A failure costs time: it is tried again.
    pub async fn run(self) -> Infallible {
        let mut pause = RETRY.0;
        loop {
            let error = match self.follow().await {
                Ok(never) => return never,
                Err(error) => error,
            };
            if error.is_retryable() {
                tracing::debug!(%error, "pruning pauses");
            } else {
                tracing::error!(%error, "pruning failed, it will be tried again");
            }
            tokio::time::sleep(pause).await;
            pause = RETRY.1.min(pause * 2);
        }
    }

    async fn follow(&self) -> Result<Infallible, Error> {
        let mut cleared = self.beginning.watch_cleared();
        let progress = self.store.progress().await?;
        self.beginning.prune(progress.pruned);
        self.beginning.delete(progress.deleted);
        let mut deleted = progress.deleted;
        loop {
            let to = *cleared.borrow_and_update();
            let to = to.min(self.beginning.pruned());
            if deleted >= to {
                // the sender lives as long as this does
                let _ = cleared.changed().await;
                continue;
            }
            let began = Instant::now();
            deleted = self.step(deleted, to).await?;
            self.beginning.delete(deleted);
            // others have as much of the database as this
            tokio::time::sleep(began.elapsed()).await;
        }
    }

    /// Deletes some of what is between two offsets; how far it came.
    async fn step(&self, after: Offset, to: Offset) -> Result<Offset, Error> {
        let stretch = self
            .store
            .entries(after, to, STEP_ENTRIES_MAX, STEP_BYTES_MAX)
            .await?;
        let entries: &[(Offset, Bytes)] = &stretch.entries;
        let plan = plan(entries).map_err(Error::corrupt)?;
        self.store.apply(&plan, after, stretch.to).await?;
        metrics::counter!("jura_pruning_entries_total").increment(entries.len() as u64);
        Ok(stretch.to)
    }
}

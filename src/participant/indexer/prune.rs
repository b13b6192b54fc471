//! The beginning of the read cache goes away, as sync has decided: beside the indexing, in small
//! steps. What an entry has put into the cache is derived from it once more, and deleted; sync
//! deletes the entry only after that.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use rustc_hash::FxHashSet;
use tokio::time::Instant;

use super::decode;
use super::entry::Entry;
use super::head::Head;
use super::names::Names;
use super::postgres::Store;
use super::prune_postgres::PruneStore;
use super::role::Error;
use super::rows::{self, Rows};
use crate::model::{ContractId, Offset};
use crate::storage;

/// Entries whose rows are deleted in one transaction at most.
const STEP_ENTRIES_MAX: i64 = 128;

/// Bytes of them, unless a single one has more.
const STEP_BYTES_MAX: i64 = 256 << 10;

/// Pauses after a failure: from, to.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// Deletes what was pruned.
#[derive(Debug)]
pub(super) struct Pruner {
    pub(super) store: Store,
    pub(super) prune_store: PruneStore,
    pub(super) head: Head,
}

impl Pruner {
    /// Nobody is shown any more what sync has pruned. Before anybody is shown anything.
    pub(super) async fn refuse(&self) -> Result<(), storage::Error> {
        self.head.prune(self.prune_store.pruned().await?);
        Ok(())
    }

    /// Deletes for ever. A failure costs time: it is tried again.
    pub(super) async fn run(&self) -> Infallible {
        let mut pause = RETRY.0;
        loop {
            let error = match self.follow().await {
                Ok(never) => return never,
                Err(error) => error,
            };
            if matches!(&error, Error::Storage(error) if error.is_retryable()) {
                tracing::debug!(%error, "pruning pauses");
            } else {
                tracing::error!(%error, "pruning failed, it will be tried again");
            }
            tokio::time::sleep(pause).await;
            pause = RETRY.1.min(pause * 2);
        }
    }

    async fn follow(&self) -> Result<Infallible, Error> {
        let beginning = self.head.beginning();
        let mut pruned = beginning.watch_pruned();
        let mut done = self.prune_store.done().await?;
        beginning.clear(done);
        loop {
            let to = *pruned.borrow_and_update();
            if done >= to {
                // the sender lives as long as the head
                let _ = pruned.changed().await;
                continue;
            }
            let began = Instant::now();
            done = self.step(done, to).await?;
            beginning.clear(done);
            // others have as much of the database as this
            tokio::time::sleep(began.elapsed()).await;
        }
    }

    /// Deletes some of what is between two offsets; how far it came.
    async fn step(&self, from: Offset, to: Offset) -> Result<Offset, Error> {
        let read = self
            .store
            .log_after(from, STEP_ENTRIES_MAX, STEP_BYTES_MAX)
            .await?;
        let mut entries: Vec<Entry> = Vec::with_capacity(read.len());
        for (offset, bytes) in read {
            if offset > to {
                break;
            }
            let entry = decode::decode(offset, &bytes);
            entries.push(entry.map_err(|source| Error::Entry { offset, source })?);
        }
        let Some(last) = entries.last().map(|entry| entry.offset) else {
            return Err(storage::Error::corrupt(format!("no entry after offset {from}")).into());
        };
        let names = self.names(&entries).await?;
        let rows = rows::rows(&entries, &names);
        let ended = ended(&rows);
        self.prune_store.cut(from, last, &rows, &ended).await?;
        self.head.forget(&ended);
        Ok(last)
    }

    /// The numbers of all names in entries that were indexed before.
    async fn names(&self, entries: &[Entry]) -> Result<Names, storage::Error> {
        let mut names = Names::default();
        let missing = names.missing(entries);
        let texts = missing.texts();
        let found = self.store.names(&texts).await?.into_iter();
        let numbers: HashMap<String, i32> = found.map(|(number, text)| (text, number)).collect();
        if let Some(unknown) = texts.iter().find(|text| !numbers.contains_key(*text)) {
            return Err(storage::Error::corrupt(format!("{unknown} has no number")));
        }
        names.learn(missing, |text| numbers.get(text).copied());
        Ok(names)
    }
}

/// The contracts that ended in the entries of these rows.
fn ended(rows: &Rows) -> Vec<ContractId> {
    let in_batch = rows.lives.iter();
    let in_batch = in_batch.filter(|life| life.transient || life.archived.is_some());
    let ended = in_batch.map(|life| &life.contract_id);
    let before = rows.ended.iter().map(|it| &it.contract_id);
    let ids: FxHashSet<&ContractId> = ended.chain(before).collect();
    ids.into_iter().cloned().collect()
}

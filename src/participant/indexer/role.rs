//! The role `indexer`: take what was appended, decide, write, publish.

use std::collections::hash_map;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::config::Config;
use super::decode::{self, DecodeError};
use super::entry::{Body, Entry};
use super::head::{Head, LedgerEnd};
use super::names::Names;
use super::postgres::{NewNames, Store};
use super::prune::Pruner;
use super::prune_postgres::PruneStore;
use super::rows;
use super::tail::LogTail;
use crate::model::Offset;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure};
use crate::storage::{self, Database, Schema};

/// Pauses while the database is away: from, to.
const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Builds the read cache of one participant.
#[derive(Debug)]
pub struct Indexer {
    config: Config,
    store: Store,
    tail: LogTail,
    head: Head,
    pruner: Pruner,
}

/// Why the indexer cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database.
    #[error(transparent)]
    Storage(#[from] storage::Error),
    /// The log has an entry that cannot be read.
    #[error("cannot read the event log at offset {offset}")]
    Entry {
        /// Where.
        offset: Offset,
        /// Why.
        source: DecodeError,
    },
}

impl Indexer {
    /// The indexer of the participant whose tables are in `schema`. Sync announces entries by
    /// `tail`, readers follow `head`.
    pub fn new(
        config: Config,
        database: Database,
        schema: &Schema,
        tail: LogTail,
        head: Head,
    ) -> Self {
        let store = Store::new(database.clone(), schema);
        Self {
            config,
            pruner: Pruner {
                store: store.clone(),
                prune_store: PruneStore::new(database, schema),
                head: head.clone(),
            },
            store,
            tail,
            head,
        }
    }

    async fn work(
        &self,
        context: RoleContext,
        mut inbox: Inbox<Infallible>,
    ) -> Result<(), RoleFailure> {
        let mut pause = RETRY.0;
        let pruning = self.pruner.run();
        tokio::pin!(pruning);
        loop {
            let outcome = tokio::select! {
                // nothing is ever sent: the inbox ends when the role is to stop
                _ = inbox.recv() => return Ok(()),
                outcome = self.follow(&context) => outcome,
                never = &mut pruning => match never {},
            };
            match outcome {
                Err(Error::Storage(error)) if error.is_retryable() => {
                    context.health.set(State::Degraded(error.to_string()));
                    tracing::debug!(%error, "the indexer pauses");
                    tokio::select! {
                        _ = inbox.recv() => return Ok(()),
                        () = tokio::time::sleep(pause) => {}
                    }
                    pause = RETRY.1.min(pause * 2);
                }
                Err(error) => return Err(RoleFailure::because("indexing failed", error)),
            }
        }
    }

    /// Indexes from where the cache ends until something fails.
    async fn follow(&self, context: &RoleContext) -> Result<Infallible, Error> {
        self.pruner.refuse().await?;
        let end = self.store.end().await?;
        let mut position = Position {
            last_name: self.store.last_name().await?,
            names: Names::default(),
            end,
        };
        self.head.resume(position.end.clone());
        context.health.set(State::Ok);
        let mut appended = self.tail.watch();
        let mut look = true;
        loop {
            let batch = self.next_batch(&position, look).await?;
            if !batch.is_empty() {
                self.index(&mut position, batch).await?;
                continue;
            }
            look = tokio::select! {
                // an error would say that sync is gone; then the poll goes on
                Ok(()) = appended.changed() => *appended.borrow_and_update() > position.end.offset,
                () = tokio::time::sleep(self.config.poll_interval) => true,
            };
        }
    }

    /// What follows the position: from memory if it is there, else from the log if `look`.
    async fn next_batch(&self, position: &Position, look: bool) -> Result<Vec<Arc<Entry>>, Error> {
        let from = position.end.offset;
        let appended = self.tail.take_after(from, self.config.batch_entries_max);
        if !appended.is_empty() {
            let mut entries = Vec::with_capacity(appended.len());
            for entry in appended {
                let offset = entry.offset;
                self.head.remember(entry.contracts);
                let entry = decode::convert(offset, entry.event, entry.size)
                    .map_err(|source| Error::Entry { offset, source })?;
                entries.push(Arc::new(entry));
            }
            return Ok(entries);
        }
        if !look {
            return Ok(Vec::new());
        }
        let entries_max = i64::try_from(self.config.batch_entries_max).unwrap_or(i64::MAX);
        let bytes_max = i64::try_from(self.config.batch_bytes_max).unwrap_or(i64::MAX);
        let read = self.store.log_after(from, entries_max, bytes_max).await?;
        read.into_iter()
            .map(|(offset, bytes)| {
                let entry = decode::decode(offset, &bytes);
                entry
                    .map(Arc::new)
                    .map_err(|source| Error::Entry { offset, source })
            })
            .collect()
    }

    async fn index(&self, position: &mut Position, batch: Vec<Arc<Entry>>) -> Result<(), Error> {
        let Some(last) = batch.last() else {
            return Ok(());
        };
        let to = last.offset;
        let new_names = self.number(position, &batch).await?;
        let rows = rows::rows(batch.iter().map(AsRef::as_ref), &position.names);
        self.store
            .write(position.end.offset, to, &new_names, &rows)
            .await?;
        position.end = position.end.after(&batch, to);
        position.names.bound();
        metrics::counter!("jura_indexer_entries_total").increment(batch.len() as u64);
        self.head.publish(batch, position.end.clone());
        Ok(())
    }

    /// Gives every name of the batch a number; returns those that are new.
    async fn number(
        &self,
        position: &mut Position,
        batch: &[Arc<Entry>],
    ) -> Result<NewNames, Error> {
        let missing = position.names.missing(batch.iter().map(AsRef::as_ref));
        if missing.is_empty() {
            return Ok(NewNames::default());
        }
        let texts = missing.texts();
        let mut numbers: std::collections::HashMap<String, i32> = self
            .store
            .names(&texts)
            .await?
            .into_iter()
            .map(|(number, text)| (text, number))
            .collect();
        let mut new_names = NewNames::default();
        for text in texts {
            if let hash_map::Entry::Vacant(vacant) = numbers.entry(text) {
                position.last_name += 1;
                new_names.numbers.push(position.last_name);
                new_names.texts.push(vacant.key().clone());
                vacant.insert(position.last_name);
            }
        }
        position
            .names
            .learn(missing, |text| numbers.get(text).copied());
        Ok(new_names)
    }
}

/// Where the cache ends, and which names it knows.
struct Position {
    end: LedgerEnd,
    names: Names,
    last_name: i32,
}

impl LedgerEnd {
    /// The end when these entries are indexed, too.
    fn after(&self, entries: &[Arc<Entry>], offset: Offset) -> Self {
        let mut domain_times = Arc::clone(&self.domain_times);
        for entry in entries {
            if matches!(entry.body, Body::Rejection(_)) {
                continue;
            }
            let newest = domain_times.get(&entry.domain);
            if newest.is_none_or(|time| *time < entry.record_time) {
                Arc::make_mut(&mut domain_times).insert(entry.domain.clone(), entry.record_time);
            }
        }
        Self {
            offset,
            domain_times,
        }
    }
}

impl Role for Indexer {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move { self.work(context, inbox).await })
    }
}

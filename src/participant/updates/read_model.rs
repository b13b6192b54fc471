//! What every read shares: where the ledger ends, and entries by their place.

use std::sync::Arc;

use super::config::Config;
use super::store::{LogRow, Store};
use super::vetting::LocalVetting;
use crate::model::{Offset, UpdateId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Entry, Head, LedgerEnd, decode};
use crate::participant::packages::Packages;
use crate::participant::submission::SyncPort;
use crate::runtime::compute::ComputePool;
use crate::storage::{self, Database, Schema};

/// The read side of one participant. Clones share it.
#[derive(Clone)]
pub struct ReadModel(Arc<Inner>);

struct Inner {
    config: Config,
    store: Store,
    head: Head,
    packages: Packages,
    compute: ComputePool,
    vetting: LocalVetting,
}

impl std::fmt::Debug for ReadModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadModel").finish_non_exhaustive()
    }
}

impl ReadModel {
    /// Reads what the indexer that publishes by `head` has written; `sync` is asked what is vetted.
    pub fn new(
        config: Config,
        database: Database,
        schema: Schema,
        head: Head,
        packages: Packages,
        compute: ComputePool,
        sync: Arc<dyn SyncPort>,
    ) -> Self {
        Self(Arc::new(Inner {
            config,
            store: Store::new(database, schema),
            head,
            packages,
            compute,
            vetting: LocalVetting::new(sync),
        }))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    pub(super) fn compute(&self) -> &ComputePool {
        &self.0.compute
    }

    pub(super) fn vetting(&self) -> &LocalVetting {
        &self.0.vetting
    }

    pub(super) fn store(&self) -> &Store {
        &self.0.store
    }

    /// The newest part of the ledger.
    pub fn head(&self) -> &Head {
        &self.0.head
    }

    /// The packages.
    pub fn packages(&self) -> &Packages {
        &self.0.packages
    }

    /// A stream tells how far it has come within this time.
    pub fn checkpoint_delay(&self) -> std::time::Duration {
        // a checkpoint that is due waits for the one before
        2 * self.0.config.checkpoint_interval
    }

    /// How far readers may read.
    ///
    /// # Errors
    /// While the indexer is starting.
    pub fn ledger_end(&self) -> Result<LedgerEnd, Refusal> {
        self.0
            .head
            .end()
            .ok_or_else(|| Refusal::new(ErrorId::ServiceNotRunning, "The indexer is not running."))
    }

    /// The entry at an offset, if the ledger reaches it.
    pub async fn entry_at(&self, offset: Offset) -> Result<Option<Arc<Entry>>, Refusal> {
        if offset > self.ledger_end()?.offset {
            return Ok(None);
        }
        if let Some(entry) = self.0.head.entry(offset) {
            return Ok(Some(entry));
        }
        let rows = self.0.store.entries_at(&[offset.get()]).await?;
        let entry = rows.into_iter().next().map(decode_row);
        Ok(entry.transpose()?)
    }

    /// The update with an id.
    pub async fn entry_of_update(&self, id: &UpdateId) -> Result<Option<Arc<Entry>>, Refusal> {
        let end = self.ledger_end()?.offset;
        let found = self.0.store.entry_of_update(id).await?;
        let found = found.filter(|(offset, _)| *offset <= end);
        Ok(found.map(decode_row).transpose()?)
    }
}

pub(super) fn decode_row((offset, bytes): LogRow) -> Result<Arc<Entry>, storage::Error> {
    decode(offset, &bytes)
        .map(Arc::new)
        .map_err(|error| storage::Error::corrupt(format!("entry at offset {offset}: {error}")))
}

//! What every read shares: where the ledger ends, entries and contracts by their place.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::config::Config;
use super::projection::Projection;
use super::store::{LogRow, Store};
use super::told::{self, Content, Update};
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, Offset, PackageId, UpdateId};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Action, Body, Entry, Head, LedgerEnd, SizedContract, decode};
use crate::participant::packages::Packages;
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
}

impl std::fmt::Debug for ReadModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadModel").finish_non_exhaustive()
    }
}

impl ReadModel {
    /// Reads what the indexer that publishes by `head` has written.
    pub fn new(
        config: Config,
        database: Database,
        schema: Schema,
        head: Head,
        packages: Packages,
        compute: ComputePool,
    ) -> Self {
        Self(Arc::new(Inner {
            config,
            store: Store::new(database, schema),
            head,
            packages,
            compute,
        }))
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
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

    /// How far readers may read.
    ///
    /// # Errors
    /// While the indexer is starting.
    pub fn ledger_end(&self) -> Result<LedgerEnd, Refusal> {
        self.0.head.end().ok_or_else(|| {
            Refusal::new(ErrorId::ServiceNotRunning, "The indexer is not running.")
        })
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

    /// Adds what projections do not have: the contents of contracts, their views, and the packages
    /// that tell their labels.
    pub async fn tell(
        &self,
        projections: Vec<Projection>,
        verbose: bool,
    ) -> Result<Vec<Update>, Refusal> {
        let mut wanted = BTreeSet::new();
        let mut packages = BTreeSet::new();
        for projection in &projections {
            gather(projection, verbose, &mut wanted, &mut packages);
        }
        for package in packages {
            self.0.packages.load(&package).await?;
        }
        let contracts = self.contracts(wanted).await?;
        let engine = self.0.packages.engine().clone();
        let needs_views = projections.iter().any(told::needs_views);
        let assemble = move || told::assemble(projections, &contracts, &engine);
        if needs_views {
            // views run Daml code
            let told = self.0.compute.run(assemble).await;
            told.map_err(|error| Refusal::new(ErrorId::ParticipantBackpressure, error.to_string()))?
        } else {
            assemble()
        }
    }

    /// Contracts by id.
    ///
    /// # Errors
    /// Also if one of them is not stored: the log refers to it, so it must be.
    pub async fn contracts(
        &self,
        wanted: BTreeSet<ContractId>,
    ) -> Result<HashMap<ContractId, Arc<ContractInstance>>, Refusal> {
        let mut found = HashMap::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for id in wanted {
            match self.0.head.contract(&id) {
                Some(instance) => {
                    found.insert(id, instance);
                }
                None => missing.push(id),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        for (id, instance) in self.read_contracts(&missing).await? {
            found.insert(id, instance);
        }
        match missing.iter().find(|id| !found.contains_key(*id)) {
            None => Ok(found),
            Some(id) => Err(Refusal::internal(format!("contract {id} is not stored"))),
        }
    }

    async fn read_contracts(
        &self,
        ids: &[ContractId],
    ) -> Result<Vec<(ContractId, Arc<ContractInstance>)>, storage::Error> {
        let keys: Vec<&[u8]> = ids.iter().map(ContractId::as_bytes).collect();
        let rows = self.0.store.instances(&keys).await?;
        let mut contracts = Vec::with_capacity(rows.len());
        let mut remembered = Vec::with_capacity(rows.len());
        for (id, bytes) in rows {
            let instance =
                ContractInstance::from_bytes(&bytes).map_err(storage::Error::corrupt)?;
            let instance = Arc::new(instance);
            let sized = SizedContract {
                instance: Arc::clone(&instance),
                size: bytes.len(),
            };
            remembered.push((id.clone(), sized));
            contracts.push((id, instance));
        }
        self.0.head.remember(remembered);
        Ok(contracts)
    }

    /// A contract, whoever sees it; none if it is not stored.
    pub async fn contract(&self, id: &ContractId) -> Result<Option<Content>, Refusal> {
        let instance = match self.0.head.contract(id) {
            Some(instance) => Some(instance),
            None => {
                let read = self.read_contracts(std::slice::from_ref(id)).await?;
                read.into_iter().next().map(|(_, instance)| instance)
            }
        };
        Ok(instance.map(|instance| Content {
            instance,
            views: Vec::new(),
        }))
    }
}

/// What a projection needs besides the entry.
fn gather(
    projection: &Projection,
    verbose: bool,
    contracts: &mut BTreeSet<ContractId>,
    packages: &mut BTreeSet<PackageId>,
) {
    let Body::Transaction(transaction) = &projection.entry.body else {
        return;
    };
    for shown in &projection.events {
        let event = &transaction.events[shown.position];
        if matches!(event.action, Action::Created) {
            contracts.insert(event.contract_id.clone());
        }
        if verbose || !shown.carries.views.is_empty() {
            packages.insert(event.template.package().clone());
            packages.extend(shown.carries.views.iter().map(|id| id.package().clone()));
        }
        if verbose && let Action::Exercised(exercise) = &event.action {
            packages.extend(exercise.interface.iter().map(|id| id.package().clone()));
        }
    }
}

pub(super) fn decode_row((offset, bytes): LogRow) -> Result<Arc<Entry>, storage::Error> {
    decode(offset, &bytes)
        .map(Arc::new)
        .map_err(|error| storage::Error::corrupt(format!("entry at offset {offset}: {error}")))
}

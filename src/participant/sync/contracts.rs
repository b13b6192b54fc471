//! The contracts of a participant: in the database, the latest also in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::store::Store;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, Party};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::submission::Contracts;
use crate::storage::Error;

/// Contracts by id. Readers share it with the loop, which alone changes it.
#[derive(Debug)]
pub(super) struct ContractStore {
    store: Arc<Store>,
    cache: Mutex<Cache>,
}

#[derive(Debug)]
struct Cache {
    contracts: LruCache<ContractId, Cached>,
    /// Counts changes: what was read before a change must not be cached after it.
    changes: u64,
}

/// A contract as far as it is known.
#[derive(Debug, Clone)]
pub(super) struct Cached {
    pub instance: Arc<ContractInstance>,
    pub state: ContractState,
}

/// A change of a contract that is durable now.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Created(ContractId, Cached),
    Archived(ContractId),
}

impl ContractStore {
    pub(super) fn new(store: Arc<Store>, capacity: usize) -> Self {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        Self {
            store,
            cache: Mutex::new(Cache {
                contracts: LruCache::new(capacity),
                changes: 0,
            }),
        }
    }

    /// The states of contracts; unknown ones are left out.
    pub(super) async fn states(
        &self,
        ids: BTreeSet<ContractId>,
    ) -> Result<HashMap<ContractId, ContractState>, Error> {
        let found = self.find(ids).await?;
        Ok(found.into_iter().map(|(id, it)| (id, it.state)).collect())
    }

    /// Takes over what has been written.
    pub(super) fn apply(&self, changes: Vec<Change>) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.changes += 1;
        for change in changes {
            match change {
                Change::Created(id, cached) => {
                    cache.contracts.put(id, cached);
                }
                Change::Archived(id) => {
                    if let Some(cached) = cache.contracts.get_mut(&id) {
                        cached.state = ContractState::Archived;
                    }
                }
            }
        }
    }

    async fn find(
        &self,
        mut wanted: BTreeSet<ContractId>,
    ) -> Result<HashMap<ContractId, Cached>, Error> {
        let mut found = HashMap::new();
        let before = {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.retain(|id| match cache.contracts.get(id) {
                Some(cached) => {
                    found.insert(id.clone(), cached.clone());
                    false
                }
                None => true,
            });
            cache.changes
        };
        if wanted.is_empty() {
            return Ok(found);
        }
        let read = self.store.contracts(&wanted).await?;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, cached) in read {
            if cache.changes == before {
                cache.contracts.put(id.clone(), cached.clone());
            }
            found.insert(id, cached);
        }
        Ok(found)
    }
}

#[tonic::async_trait]
impl Contracts for ContractStore {
    async fn visible(
        &self,
        ids: &BTreeSet<ContractId>,
        readers: &BTreeSet<Party>,
    ) -> Result<BTreeMap<ContractId, Arc<ContractInstance>>, Error> {
        let found = self.find(ids.clone()).await?;
        Ok(found
            .into_iter()
            .filter(|(_, cached)| {
                cached.state == ContractState::Active
                    && !cached.instance.stakeholders.is_disjoint(readers)
            })
            .map(|(id, cached)| (id, cached.instance))
            .collect())
    }
}

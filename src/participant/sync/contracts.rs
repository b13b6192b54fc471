//! The contracts of a participant: in the database, the latest also in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::store::{LATEST, Store};
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, DomainId, Hash, Party};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::submission::{Contracts, DomainNumber, KeyedContract};
use crate::storage::Error;

/// Contracts with one key that are read at once: so few that one is found fast, so many that some
/// that are not visible do not matter.
const KEY_PAGE_MIN: usize = 8;
/// What fits a reply of the database well.
const KEY_PAGE_MAX: usize = 1000;

/// Contracts by id. Readers share it with the loop, which alone changes it.
#[derive(Debug)]
pub(super) struct ContractStore {
    store: Arc<Store>,
    cache: Mutex<Cache>,
    /// All domains on which there may be contracts.
    domains: Mutex<BTreeMap<DomainNumber, DomainId>>,
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
    /// Where it is, if it has a state here.
    pub domain: Option<DomainNumber>,
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
            domains: Mutex::default(),
        }
    }

    /// There may be contracts on a domain from now on.
    pub(super) fn add_domain(&self, number: DomainNumber, id: DomainId) {
        self.domains().insert(number, id);
    }

    fn domains(&self) -> MutexGuard<'_, BTreeMap<DomainNumber, DomainId>> {
        self.domains.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The states of contracts on a domain; those that are unknown or elsewhere are left out.
    pub(super) async fn states(
        &self,
        ids: BTreeSet<ContractId>,
        domain: DomainNumber,
    ) -> Result<HashMap<ContractId, ContractState>, Error> {
        let found = self.find(ids).await?.into_iter();
        let here = found.filter(|(_, it)| it.domain == Some(domain));
        Ok(here.map(|(id, it)| (id, it.state)).collect())
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

    async fn visible_on(
        &self,
        ids: &BTreeSet<ContractId>,
        readers: &BTreeSet<Party>,
        domain: Option<DomainNumber>,
    ) -> Result<BTreeMap<ContractId, Arc<ContractInstance>>, Error> {
        let found = self.find(ids.clone()).await?;
        Ok(found
            .into_iter()
            .filter(|(_, cached)| {
                cached.state == ContractState::Active
                    && (domain.is_none() || cached.domain == domain)
                    && !cached.instance.stakeholders.is_disjoint(readers)
            })
            .map(|(id, cached)| (id, cached.instance))
            .collect())
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
        self.visible_on(ids, readers, None).await
    }

    async fn domains(
        &self,
        ids: &BTreeSet<ContractId>,
    ) -> Result<BTreeMap<ContractId, DomainNumber>, Error> {
        let found = self.find(ids.clone()).await?.into_iter();
        let located = found.filter_map(|(id, it)| Some((id, it.domain?)));
        Ok(located.collect())
    }

    async fn elsewhere(
        &self,
        ids: &BTreeSet<ContractId>,
        domain: DomainNumber,
    ) -> Result<BTreeMap<ContractId, DomainId>, Error> {
        let names = self.domains().clone();
        if names.keys().all(|it| *it == domain) {
            return Ok(BTreeMap::new());
        }
        let located = Contracts::domains(self, ids).await?.into_iter();
        let elsewhere = located.filter(|(_, it)| *it != domain);
        Ok(elsewhere
            .filter_map(|(id, it)| Some((id, names.get(&it)?.clone())))
            .collect())
    }

    async fn keyed(
        &self,
        key: &Hash,
        readers: &BTreeSet<Party>,
        known: &BTreeSet<ContractId>,
        wanted: usize,
        domain: DomainNumber,
    ) -> Result<Vec<KeyedContract>, Error> {
        let mut found = Vec::new();
        let mut before = LATEST;
        loop {
            // some will be known, archived in this moment, or those of others
            let limit = (wanted - found.len()).clamp(KEY_PAGE_MIN, KEY_PAGE_MAX);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let page = self.store.keyed(key, before, limit).await?;
            let ids = page.iter().map(|(id, _)| id);
            let ids = ids.filter(|id| !known.contains(id)).cloned().collect();
            let mut visible = self.visible_on(&ids, readers, Some(domain)).await?;
            for (id, position) in &page {
                before = *position;
                if let Some(instance) = visible.remove(id) {
                    found.push((id.clone(), instance));
                }
                if found.len() == wanted {
                    return Ok(found);
                }
            }
            if i64::try_from(page.len()).unwrap_or(i64::MAX) < limit {
                return Ok(found);
            }
        }
    }
}

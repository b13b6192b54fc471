//! The newest part of the read cache, in memory: how far it reaches, and what was indexed last.
//!
//! Written by the indexer, read by everybody who serves reads. Outlives both.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use tokio::sync::watch;

use super::entry::Entry;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, DomainId, Offset, Timestamp};
use crate::participant::pruning::Beginning;

/// Entries kept: some seconds at full load, so that tailing streams hardly ever ask the database.
const ENTRIES_MAX: usize = 8192;

/// Bytes of the log that the kept entries take at most.
const ENTRY_BYTES_MAX: usize = 32 << 20;

/// Contracts kept, in bytes of their encoding.
const CONTRACT_BYTES_MAX: usize = 32 << 20;

/// How far readers may read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerEnd {
    /// The last offset.
    pub offset: Offset,
    /// The newest sequencing time of each domain.
    pub domain_times: Arc<BTreeMap<DomainId, Timestamp>>,
}

/// A contract with the size of its encoding.
#[derive(Debug, Clone)]
pub struct SizedContract {
    /// The contract.
    pub instance: Arc<ContractInstance>,
    /// Bytes of its encoding.
    pub size: usize,
}

/// The newest part of the read cache. Clones share it.
#[derive(Debug, Clone)]
pub struct Head(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// None while the cache is not known to reach as far as was once published.
    end: watch::Sender<Option<LedgerEnd>>,
    beginning: Beginning,
    entries: Mutex<Recent>,
    contracts: Mutex<Contracts>,
}

/// Entries without gaps up to the ledger end.
#[derive(Debug, Default)]
struct Recent {
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
    /// The furthest end that was ever published. It never goes back: clients know it.
    furthest: Offset,
}

#[derive(Debug, Default)]
struct Contracts {
    by_id: FxHashMap<ContractId, SizedContract>,
    /// In the order of arrival: the first to be forgotten is at the front.
    order: VecDeque<ContractId>,
    bytes: usize,
}

impl Default for Head {
    fn default() -> Self {
        Self::new()
    }
}

impl Head {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            end: watch::channel(None).0,
            beginning: Beginning::new(),
            entries: Mutex::default(),
            contracts: Mutex::default(),
        }))
    }

    /// How far readers may read; `None` while the indexer is starting.
    pub fn end(&self) -> Option<LedgerEnd> {
        self.0.end.borrow().clone()
    }

    /// How much of the beginning is gone.
    pub fn beginning(&self) -> &Beginning {
        &self.0.beginning
    }

    /// Nothing up to an offset is shown any more; called when that is durable, and before anything
    /// of it is deleted.
    pub fn prune(&self, up_to: Offset) {
        self.0.beginning.prune(up_to);
        lock(&self.0.entries).forget(up_to);
    }

    /// Forgets contracts that are pruned.
    pub(super) fn forget(&self, contracts: &[ContractId]) {
        let mut kept = lock(&self.0.contracts);
        for id in contracts {
            kept.remove(id);
        }
        kept.tidy();
    }

    /// Signals each new end.
    pub fn watch(&self) -> watch::Receiver<Option<LedgerEnd>> {
        self.0.end.subscribe()
    }

    /// Up to `max` entries after an offset, if they are all here; empty at the end.
    pub fn entries_after(&self, offset: Offset, max: usize) -> Option<Vec<Arc<Entry>>> {
        let recent = lock(&self.0.entries);
        let position = recent.position_after(offset)?;
        let entries = recent.entries.range(position..).take(max);
        Some(entries.cloned().collect())
    }

    /// The entry at an offset, if it is here.
    pub fn entry(&self, offset: Offset) -> Option<Arc<Entry>> {
        let recent = lock(&self.0.entries);
        let first = recent.entries.front()?.offset;
        let position = usize::try_from(offset.get() - first.get()).ok()?;
        recent.entries.get(position).cloned()
    }

    /// A contract, if it is here.
    pub fn contract(&self, id: &ContractId) -> Option<Arc<ContractInstance>> {
        let contracts = lock(&self.0.contracts);
        let found = contracts.by_id.get(id)?;
        Some(Arc::clone(&found.instance))
    }

    /// Keeps contracts for the next readers.
    pub fn remember(&self, contracts: impl IntoIterator<Item = (ContractId, SizedContract)>) {
        let mut kept = lock(&self.0.contracts);
        for (id, contract) in contracts {
            kept.insert(id, contract);
        }
    }

    /// The indexer starts at an end that it read from the database. When that is less than what was
    /// once published (a database that crashed may lose the end of a cache that can be rebuilt),
    /// readers wait until the indexer has caught up.
    pub(super) fn resume(&self, end: LedgerEnd) {
        let caught_up = {
            let mut recent = lock(&self.0.entries);
            if recent.entries.back().map(|last| last.offset) != Some(end.offset) {
                recent.clear();
            }
            end.offset >= recent.furthest
        };
        self.0.end.send_replace(caught_up.then_some(end));
    }

    /// Entries were written and follow what was published before.
    pub(super) fn publish(&self, entries: Vec<Arc<Entry>>, end: LedgerEnd) {
        let caught_up = {
            let mut recent = lock(&self.0.entries);
            for entry in entries {
                recent.push(entry);
            }
            recent.furthest = recent.furthest.max(end.offset);
            end.offset == recent.furthest
        };
        self.0.end.send_replace(caught_up.then_some(end));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recent {
    /// Where the entries after an offset begin, if none of them is missing.
    fn position_after(&self, offset: Offset) -> Option<usize> {
        let first = self.entries.front()?.offset;
        let position = usize::try_from(offset.next().get() - first.get()).ok()?;
        (position <= self.entries.len()).then_some(position)
    }

    fn push(&mut self, entry: Arc<Entry>) {
        if let Some(last) = self.entries.back()
            && last.offset.next() != entry.offset
        {
            self.clear();
        }
        self.bytes += entry.size;
        self.entries.push_back(entry);
        while self.entries.len() > ENTRIES_MAX
            || (self.bytes > ENTRY_BYTES_MAX && self.entries.len() > 1)
        {
            let gone = self.entries.pop_front();
            self.bytes -= gone.map_or(0, |entry| entry.size);
        }
    }

    fn forget(&mut self, up_to: Offset) {
        while self
            .entries
            .front()
            .is_some_and(|entry| entry.offset <= up_to)
        {
            let gone = self.entries.pop_front();
            self.bytes -= gone.map_or(0, |entry| entry.size);
        }
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

impl Contracts {
    fn insert(&mut self, id: ContractId, contract: SizedContract) {
        if contract.size > CONTRACT_BYTES_MAX / 8 || self.by_id.contains_key(&id) {
            return;
        }
        self.bytes += contract.size;
        self.order.push_back(id.clone());
        self.by_id.insert(id, contract);
        while self.bytes > CONTRACT_BYTES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.remove(&oldest);
        }
    }

    /// Removes what is gone from the order, when that is most of it.
    fn tidy(&mut self) {
        if self.order.len() > 2 * self.by_id.len() {
            let Self { by_id, order, .. } = self;
            order.retain(|id| by_id.contains_key(id));
        }
    }

    /// Its place in the order stays until it is the first, or the order is tidied.
    fn remove(&mut self, id: &ContractId) {
        let gone = self.by_id.remove(id);
        self.bytes -= gone.map_or(0, |contract| contract.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::participant::indexer::samples;

    fn end(offset: i64) -> LedgerEnd {
        LedgerEnd {
            offset: Offset::new(offset).unwrap(),
            domain_times: Arc::default(),
        }
    }

    fn at(offset: i64) -> Offset {
        Offset::new(offset).unwrap()
    }

    #[test]
    fn readers_get_what_follows_an_offset_or_are_told_that_it_is_not_here() {
        let head = Head::new();
        head.resume(end(4));
        let entries = (5..=7).map(|n| Arc::new(samples::party_added(n, "alice")));
        head.publish(entries.collect(), end(7));
        let offsets = |after, max| {
            head.entries_after(at(after), max)
                .map(|entries| entries.iter().map(|e| e.offset.get()).collect::<Vec<_>>())
        };
        assert_eq!(offsets(4, 10), Some(vec![5, 6, 7]));
        assert_eq!(offsets(5, 1), Some(vec![6]));
        assert_eq!(offsets(7, 10), Some(vec![]));
        assert_eq!(offsets(3, 10), None);
        assert_eq!(offsets(8, 10), None);
        assert_eq!(head.entry(at(6)).map(|e| e.offset), Some(at(6)));
        assert_eq!(head.entry(at(8)), None);
        assert_eq!(head.entry(at(1)), None);
    }

    #[test]
    fn what_was_published_is_not_taken_back_but_readers_wait_until_it_is_there_again() {
        let head = Head::new();
        head.resume(end(0));
        let entry = |n| Arc::new(samples::party_added(n, "alice"));
        head.publish(vec![entry(1), entry(2)], end(2));
        head.resume(end(1));
        assert_eq!(head.end(), None);
        head.publish(vec![entry(2)], end(2));
        assert_eq!(head.end(), Some(end(2)));
        assert_eq!(head.entries_after(at(1), 9).unwrap().len(), 1);
    }

    #[test]
    fn pruned_entries_are_forgotten() {
        let head = Head::new();
        head.resume(end(0));
        let entries = (1..=4).map(|n| Arc::new(samples::party_added(n, "alice")));
        head.publish(entries.collect(), end(4));
        head.prune(at(2));
        assert_eq!(head.beginning().pruned(), at(2));
        assert_eq!(head.entry(at(2)), None);
        assert_eq!(head.entries_after(at(1), 9), None);
        assert_eq!(head.entries_after(at(2), 9).unwrap().len(), 2);
        assert_eq!(head.end(), Some(end(4)));
    }

    #[test]
    fn old_entries_are_forgotten() {
        let head = Head::new();
        let count = i64::try_from(ENTRIES_MAX).unwrap() + 10;
        let entries = (1..=count).map(|n| Arc::new(samples::party_added(n, "alice")));
        head.publish(entries.collect(), end(count));
        assert_eq!(head.entries_after(at(9), 1), None);
        assert_eq!(head.entries_after(at(10), 1).unwrap().len(), 1);
    }
}

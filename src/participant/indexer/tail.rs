//! What sync has just appended, handed over in memory.
//!
//! Saves the indexer a read of what the same process has just written, and wakes it up. Whatever
//! is missing here it reads from the log, so this may forget, and need not exist at all.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::head::SizedContract;
use crate::model::{ContractId, Offset};
use crate::wire::ledger::LedgerEvent;

/// Entries kept for the indexer. It is behind when there are more, and reads the log instead.
const WAITING_MAX: usize = 4096;

/// An entry that is durable in the log.
#[derive(Debug, Clone)]
pub struct Appended {
    /// Where.
    pub offset: Offset,
    /// What.
    pub event: LedgerEvent,
    /// Its size in the log, in bytes.
    pub size: usize,
    /// The contracts that it creates.
    pub contracts: Vec<(ContractId, SizedContract)>,
}

/// The end of the event log. Clones share it.
#[derive(Debug, Clone)]
pub struct LogTail(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<VecDeque<Appended>>,
    last: watch::Sender<Offset>,
}

impl Default for LogTail {
    fn default() -> Self {
        Self::new()
    }
}

impl LogTail {
    /// Nothing was appended yet.
    pub fn new() -> Self {
        Self(Arc::new(Shared {
            waiting: Mutex::default(),
            last: watch::channel(Offset::BEGIN).0,
        }))
    }

    /// Called by sync after a commit, in the order of the log.
    pub fn append(&self, entries: Vec<Appended>) {
        let Some(last) = entries.last().map(|entry| entry.offset) else {
            return;
        };
        let mut waiting = self.lock();
        waiting.extend(entries);
        let surplus = waiting.len().saturating_sub(WAITING_MAX);
        waiting.drain(..surplus);
        drop(waiting);
        self.0.last.send_replace(last);
    }

    /// Something was appended that is in the log only.
    pub fn notify(&self, last: Offset) {
        self.0.last.send_replace(last);
    }

    /// Signals the offset of what was appended last.
    pub fn watch(&self) -> watch::Receiver<Offset> {
        self.0.last.subscribe()
    }

    /// Takes up to `max` entries after an offset, without gaps; none if the next one is not here.
    pub(super) fn take_after(&self, offset: Offset, max: usize) -> Vec<Appended> {
        let mut waiting = self.lock();
        while waiting.front().is_some_and(|entry| entry.offset <= offset) {
            waiting.pop_front();
        }
        let mut taken = Vec::new();
        let mut expected = offset.next();
        while taken.len() < max && waiting.front().is_some_and(|e| e.offset == expected) {
            expected = expected.next();
            taken.extend(waiting.pop_front());
        }
        taken
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Appended>> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn appended(offset: i64) -> Appended {
        Appended {
            offset: Offset::new(offset).unwrap(),
            event: LedgerEvent::default(),
            size: 1,
            contracts: Vec::new(),
        }
    }

    fn taken(tail: &LogTail, after: i64, max: usize) -> Vec<i64> {
        let entries = tail.take_after(Offset::new(after).unwrap(), max);
        entries.iter().map(|entry| entry.offset.get()).collect()
    }

    #[test]
    fn entries_are_taken_in_order_and_only_without_gaps() {
        let tail = LogTail::new();
        tail.append((1..=3).map(appended).collect());
        tail.append(vec![appended(5)]);
        assert_eq!(taken(&tail, 1, 9), [2, 3]);
        assert_eq!(taken(&tail, 3, 9), [0; 0]);
        assert_eq!(taken(&tail, 4, 9), [5]);
        assert_eq!(*tail.watch().borrow(), Offset::new(5).unwrap());
    }

    #[test]
    fn what_nobody_takes_is_forgotten() {
        let tail = LogTail::new();
        let count = i64::try_from(WAITING_MAX).unwrap() + 1;
        tail.append((1..=count).map(appended).collect());
        assert_eq!(taken(&tail, 0, 1), [0; 0]);
        assert_eq!(taken(&tail, 1, 1), [2]);
    }
}

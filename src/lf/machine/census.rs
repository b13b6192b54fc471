//! How much memory the values take that a program still holds.
//!
//! The meter only adds up what is allocated: that costs next to nothing, but counts what has been freed
//! since. So when much has been allocated, what is held is counted anew. Values share their parts;
//! those that have several owners are remembered, so that each counts once.

use rustc_hash::FxHashSet;

use super::fault::Fault;
use super::parts::Parts;
use super::state::Machine;
use super::val::Val;
use crate::lf::error::{Error, Limit};

/// Bytes that an allocation takes besides its contents: counters, and what the allocator needs.
pub(super) const OVERHEAD_BYTES: usize = 32;

/// Parts with several owners that are remembered: 36 to 72 MB. A program that holds more holds too
/// much.
const SHARED_MAX: usize = 4_000_000;

/// A share of the memory that must be free after a count, or else it would be counted all the time.
const FREE_MIN: u64 = 16;

/// What is held.
struct Census<'v> {
    bytes: u64,
    bytes_max: u64,
    /// Addresses of what has several owners.
    shared: FxHashSet<usize>,
    open: Vec<&'v Parts>,
}

/// The bytes that some values take in memory; none if it is more than a bound.
pub(super) fn held<'v>(values: impl Iterator<Item = &'v Val>, bytes_max: u64) -> Option<u64> {
    let mut census = Census {
        bytes: 0,
        bytes_max,
        shared: FxHashSet::default(),
        open: Vec::new(),
    };
    for value in values {
        census.value(value)?;
        while let Some(parts) = census.open.pop() {
            // what is opened last is looked at first: the stack stays short along a list
            for part in parts.iter().rev() {
                census.value(part)?;
            }
        }
    }
    Some(census.bytes)
}

impl<'v> Census<'v> {
    fn value(&mut self, value: &'v Val) -> Option<()> {
        match value {
            Val::Text(text) => {
                let is_shared = std::sync::Arc::strong_count(text) > 1;
                if is_shared && !self.is_new(text.as_ptr().addr())? {
                    return Some(());
                }
                self.add(text.len())
            }
            Val::Party(party) => self.add(party.as_str().len()),
            other => match other.parts() {
                Some(parts) => self.parts(parts),
                None => Some(()),
            },
        }
    }

    fn parts(&mut self, parts: &'v Parts) -> Option<()> {
        if parts.is_shared() && !self.is_new(parts.address())? {
            return Some(());
        }
        self.open.push(parts);
        self.add(parts.len() * size_of::<Val>())
    }

    fn is_new(&mut self, address: usize) -> Option<bool> {
        (self.shared.len() < SHARED_MAX).then(|| self.shared.insert(address))
    }

    fn add(&mut self, bytes: usize) -> Option<()> {
        self.bytes = self.bytes.saturating_add((bytes + OVERHEAD_BYTES) as u64);
        (self.bytes <= self.bytes_max).then_some(())
    }
}

impl Machine {
    /// Counts what the program holds, if much has been allocated since the last time.
    pub(super) fn check_memory(&mut self) -> Result<(), Fault> {
        if self.meter.allocated <= self.meter.recount_at {
            return Ok(());
        }
        let max = self.meter.allocated_max;
        // an evaluation of a definition has a budget besides that of what needs it
        let outer = self.budgets.first().map_or(0, |meter| meter.allocated);
        let bound = max.saturating_add(outer).saturating_sub(self.kept);
        let values = self.stack.iter().chain(self.globals.values());
        let values = values.chain(self.ledger.values());
        let held = held(values, bound);
        let held = held.ok_or(Error::Limit(Limit::Memory(max)))?;
        let held = held.saturating_add(self.kept).saturating_sub(outer);
        self.meter.allocated = held.min(self.meter.allocated);
        let free = max.saturating_sub(held);
        self.meter.recount_at = held + (free / 2).max(max / FREE_MIN);
        // counting is work, too
        self.meter.work(usize::try_from(held / 256).unwrap_or(0));
        Ok(())
    }

    /// Notes memory that stays until the end, charged already.
    pub(super) fn keep(&mut self, bytes: usize) {
        self.kept = self.kept.saturating_add(bytes as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: u64 = u64::MAX;

    fn bytes(values: &[Val]) -> u64 {
        held(values.iter(), ANY).unwrap()
    }

    #[test]
    fn parts_with_several_owners_count_once() {
        let text = Val::text("x".repeat(1000));
        assert_eq!(bytes(std::slice::from_ref(&text)), 1032);
        assert_eq!(bytes(&[text.clone(), text.clone()]), 1032);
        let pair = Val::Record(Parts::two(text.clone(), text));
        assert_eq!(bytes(std::slice::from_ref(&pair)), 1032 + 32 + 48);
        let tower = (0..60).fold(pair, |below, _| {
            Val::Record(Parts::two(below.clone(), below))
        });
        assert_eq!(bytes(&[tower]), 1032 + 61 * 80);
    }

    #[test]
    fn a_count_ends_at_its_bound_and_takes_no_stack() {
        let list = (0..1_000_000).fold(Val::Nil, |tail, n| {
            Val::Cons(Parts::two(Val::Int64(n), tail))
        });
        assert_eq!(held([&list].into_iter(), 80_000_000), Some(80_000_000));
        assert_eq!(held([&list].into_iter(), 79_999_999), None);
    }

    #[test]
    fn what_has_many_owners_everywhere_is_too_much() {
        let list = (0..SHARED_MAX + 10).fold((Val::Nil, Vec::new()), |(tail, mut all), _| {
            let cell = Val::Cons(Parts::two(Val::Unit, tail));
            all.push(cell.clone());
            (cell, all)
        });
        assert_eq!(held([&list.0].into_iter(), ANY), None);
    }
}

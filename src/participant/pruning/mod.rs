//! Pruning: the beginning of the log goes away, and what nobody needs any more with it. Done by the
//! role `sync` in its own tables; the indexer does the same in the read cache.
//!
//! `safety` says up to where pruning is safe. `sync` keeps the decision before it tells `Beginning`,
//! and from then on everybody refuses to show what is up to there; only then things are deleted. The
//! indexer goes first, as it derives what to delete from the log. `pruner` follows it in steps: each
//! deletes some entries in one transaction, so a step that fails or never ends is done again. `plan`
//! decides what a step deletes, SQL stands in `store`.
//!
//! Invariants: a contract that has not ended up to the pruned offset keeps everything by which it is
//! told; entries with its creation stay, without anything else. What goes is exactly what the read
//! cache does not name, as both follow from the same events by the same rule. Nothing after the
//! pruned offset is touched.

mod safety;

mod beginning;

mod plan;

mod store;

mod pruner;

#[cfg(test)]
mod tests;

pub use beginning::Beginning;
pub use pruner::Pruner;
pub use safety::{Pruned, Unsafe, safe_offset, unsafe_to_prune};
pub use store::Store;

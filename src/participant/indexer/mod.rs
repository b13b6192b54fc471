//! Role `indexer`: from the event log to the read cache.
//!
//! Follows what `sync` appends and derives the tables that the ledger API reads. `rows` decides
//! what an entry means for them; the role takes entries (from `tail` in memory, from the log if
//! something is missing there), writes a batch in one transaction and publishes it by `head`.
//!
//! Invariants: the cache and its position change in one transaction, so each entry is indexed
//! exactly once whatever fails when; the published ledger end never goes back; everything here is
//! derived from the log, and can be derived again from as much of it as there is. `prune` deletes
//! what comes from the log's beginning before sync deletes that. Deliberately absent: payloads of contracts (they stay in the contract
//! store) and anything that a reader asks for (`updates`).

mod entry;

mod config;

mod decode;
mod tail;

mod names;
mod rows;

mod postgres;

mod head;

mod prune;
mod prune_postgres;

mod role;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use config::Config;
pub use decode::DecodeError;
pub use entry::{
    Action, Body, Completion, Entry, Event, Exercise, HostChange, HostNow, HostingChanged,
    Rejection, Transaction,
};
pub use head::{Head, LedgerEnd, SizedContract};
pub use names::{ANY_PARTY, TOPOLOGY};
pub use role::{Error, Indexer};
pub use tail::{Appended, LogTail};

pub(crate) use decode::decode;
pub(crate) use names::template_text;

//! The statements by which reads are answered.
//!
//! Every statement reads one consistent state of the cache and a bounded number of rows; its
//! connection goes back to the pool before anything is sent to anybody. Rows beyond the ledger end
//! that a reader knows are never returned: each range has an upper bound.

mod contracts;
mod keys;
mod log;
mod parties;

pub(super) use contracts::{ActivePosition, ArchivedPosition, LifeRow};
pub(super) use keys::Keys;
pub(super) use log::{LogRow, Order, Range};
pub use parties::KnownParty;

use crate::storage::{Database, Schema};

/// The tables of one participant, for reading.
#[derive(Debug, Clone)]
pub(super) struct Store {
    database: Database,
    schema: Schema,
}

impl Store {
    pub(super) fn new(database: Database, schema: Schema) -> Self {
        Self { database, schema }
    }
}

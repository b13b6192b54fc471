//! PostgreSQL, whichever there is: embedded, a private local server, or one by URL.
//!
//! One code path: the same SQL through the same pool. The embedded server has one connection, so
//! nobody may hold one while waiting for something that needs another; that rule holds everywhere.
//!
//! Invariants: connections live on a runtime of their own that outlives every role. SQL is
//! schema-qualified, one schema per component; `search_path` is never touched. An abandoned
//! transaction rolls back. A schema has one process that writes. A lost database is an error that says "try again", never a panic.

mod config;
mod error;

mod data_dir;
mod embedded;
mod local;

mod connect;
mod database;

mod claim;
mod migrate;

mod maintenance;
mod search;

pub use config::{DatabaseConfig, DatabaseKind, PoolConfig};
pub use data_dir::DataDir;
pub use database::{Client, Database, Schema, Transaction};
pub use error::Error;
pub use local::{LocalServer, LocalServerError, find_binaries};
pub use migrate::{Migration, MigrationSet};
pub use search::search;

//! A participant: hosts parties, runs their contracts, gives applications the Ledger API.
//!
//! The folders in the order in which a command meets them: `ledger_api` (the door), `submission`
//! (phase 1), [the domain], `confirmation` (phases 3 and 4), [the domain], `commit` (phases 6 and
//! 7), `indexer` (event log to read cache), `updates` (the way out). Beside the way: `disclosure`,
//! `admin_api`, `errors`, `packages`, `schema`, `views` (how a transaction is cut for those who may see parts of it).
//!
//! Three roles of one participant share its schema: `sync` owns the tables of migration 1,
//! `indexer` those of 2, `ledger-api` those of 3. `indexer` reads the event log; `ledger-api` reads
//! what `indexer` wrote, and by reference the log's entries and the contracts' payloads.

pub mod views;

pub mod submission;

pub mod confirmation;

pub mod commit;

pub mod sync;

pub mod indexer;

pub mod updates;

pub mod admin_api;
pub mod ledger_api;

pub mod disclosure;
pub mod errors;
pub mod packages;
pub mod schema;

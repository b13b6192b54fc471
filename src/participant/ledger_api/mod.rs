//! The door: the Ledger API v2 over gRPC.
//!
//! A folder per service, a file per call. A service only routes; a call checks its request
//! (`requests`), asks `submission` or `updates`, and writes the answer (`answers`). What goes wrong is
//! a `Refusal` until it leaves (`status`). Around all of it: `telemetry`. Put together in `routes`,
//! run by `role`.
//!
//! Invariants: nothing of a request is believed before it was checked; no request can make the
//! process panic, hold it up, or take memory without bound; a client that goes away leaves nothing
//! behind; a connection of the database is never held while something is sent.

mod config;

pub(super) mod status;

mod context;
mod telemetry;

mod requests;

mod answers;
mod streams;

mod door;
mod tracker;

mod command_completion_service;
mod command_inspection_service;
mod command_service;
mod command_submission_service;
mod interactive_submission_service;

mod contract_service;
mod event_query_service;
mod state_service;
mod update_service;

mod administration;
mod package_management_service;
mod package_service;
mod participant_pruning_service;
mod party_management_service;
mod user_management_service;

mod time_service;
mod unimplemented;
mod version_service;

mod routes;

mod role;

pub use config::Config;
pub use role::LedgerApi;

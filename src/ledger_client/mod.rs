//! How programs of ours reach a Ledger API, any that speaks v2 over gRPC: Jura's or Canton's.
//!
//! Called by the load generator (`bench`) and by the demo, which know the node only from outside, as
//! applications do. `connect` finds out whether there is a Ledger API at an address; [`LedgerClient`]
//! makes the calls; [`Failure`] is what comes back instead of an answer, with the error id that a
//! client decides on. Messages are the API's own: [`value`] and [`format`] only shorten how they are
//! written and read.
//!
//! Invariants: every call has a deadline; no call is repeated unless the caller says that it may be
//! ([`patiently`]); a token is never printed.

mod failure;

mod connect;

mod client;

mod administration;

mod patience;

pub mod format;
pub mod value;

pub use client::{LedgerClient, Submission};
pub use connect::{ConnectError, LedgerAddress, connect};
pub use failure::Failure;
pub use patience::{Patience, patiently};

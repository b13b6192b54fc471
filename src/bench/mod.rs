//! A load generator for any Ledger API v2.
//!
//! It is only a client: it uploads a model of its own, allocates parties of its own, and keeps a number
//! of clients busy, each of which sends its next command when the last one is answered. So what it
//! measures is what an application would see, and it measures Jura and Canton by the same yardstick.
//!
//! `run` reads top to bottom as a run goes: `connect` (in `ledger_client`) → `prepare` (model, parties,
//! contracts) → `client` (the loop of one client) → `tally` (what happened, as numbers) → [`Report`].
//! What a client does is a [`Workload`](workload::Workload), one file each: `create`, `transfer`, `dvp`,
//! `settlement`.
//!
//! Invariants: names are new in every run, so runs on one ledger do not meet; nothing is sent twice; a
//! failure is counted and never ends the run; the generator lives on one thread and takes little of the
//! machine that it shares with the ledger.

mod options;

mod run;

mod prepare;

mod fill;

mod client;

mod workload;

mod create;
mod dvp;
mod settlement;
mod transfer;

mod tally;

mod report;

#[cfg(test)]
mod fake_ledger;
#[cfg(test)]
mod tests;

pub use options::{Load, Options};
pub use report::{ErrorCount, Report};
pub use run::{Error, Progress, run};

//! The ledger as a running program sees it: contracts that were looked up or created, and the
//! transaction that is being built.
//!
//! A contract comes in as bytes of somebody else: it is checked against its id, its argument is
//! checked against its type, and what its template says about it (precondition, signatories,
//! observers) is computed anew and compared. Only then is it used.

mod create;
mod exercise;
mod keys;
mod look_up;
mod virtuals;

mod state;

pub(crate) use state::{LedgerState, LedgerUse};

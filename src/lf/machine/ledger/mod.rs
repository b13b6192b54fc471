//! The ledger as a running program sees it: contracts that were looked up or created, and the
//! transaction that is being built.
//!
//! A contract comes in as bytes of somebody else: it is checked against its id, its argument is
//! checked against its type, and what its template says about it (precondition, signatories,
//! observers, key) is computed anew and compared. Only then is it used.
//!
//! A contract may be used with another version of its template than it was created with (a smart
//! contract upgrade): the version that a command or a choice's code names, or, through an interface,
//! the version of the package that is preferred. Each version's form of a contract is computed once.

mod create;
mod exercise;
mod keys;
mod look_up;
mod virtuals;

mod cost;

mod state;

pub(crate) use state::LedgerState;

//! ACS commitments: participants that have contracts in common tell each other, at every boundary of the
//! domain's reconciliation interval, a digest of these contracts, and compare.
//!
//! `sync` feeds a [`Backlog`] with the contracts that come and go and with the boundaries that time passes,
//! does the steps that it hands out, and gives the outcome and what others say to a [`Book`].
//!
//! A contract goes into a sum for each counter-participant (`sums`) that hosts one of its stakeholders. A
//! sum is homomorphic (`lthash`): contracts are added and removed in any order. So sums are not kept in
//! the database. They follow from the tables of contracts: after a restart, when a party has got other
//! hosts, and when there is too much to catch up, they are summed anew from there (`scan`), beside the
//! loop, as of a boundary, while what happens since then is gathered and added.
//!
//! Invariants: pure; the digest at a boundary has exactly what verdicts up to it have left active, under
//! the hosts in force then; a message that is not what it must be changes nothing (`check`); everything
//! that grows has a bound.

mod lthash;
mod sums;

mod passing;

mod backlog;
mod scan;

mod catch_up;

mod book;
mod check;

pub use backlog::{Backlog, Closing, Step};
pub use book::{Book, Compared, Computed, Received, Taken};
pub use catch_up::CatchUp;
pub use check::{Fault, check};
pub use lthash::LtHash;
pub use passing::{Passed, last_passed, passed};
pub use scan::{Known, Scan};
pub use sums::{Change, Kind, Sums};

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

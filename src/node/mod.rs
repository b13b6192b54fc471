//! A process: which roles run here, and how they are put together.
//!
//! `start` reads top to bottom as a process comes up: addresses, databases, the domains' roles, the
//! participants' roles, doors last. Stopping is that list backwards.
//!
//! Invariants: a role gets what it needs as arguments and reaches others through their ports only;
//! addresses are bound before anything starts, so a port in use is told at once, and stay bound when
//! a role is rebuilt; the process ends when it is asked to, never because of a role.

mod addresses;
mod databases;

mod domain;
mod participant;

mod doors;
mod monitoring;

mod start;

mod thread;

#[cfg(test)]
mod tests;

pub use addresses::{Addresses, ParticipantAddresses};
pub use start::{Node, StartError};
pub use thread::{NodeThread, run_until_signal};

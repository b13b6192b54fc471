//! The mediator: phase 5 of 7. Collects the participants' answers to each request and gives the
//! verdict. It sees who must confirm, never contract data.
//!
//! It reads its sequenced events and does nothing but follow them: a verdict is a function of the
//! events before it, time-outs included, since a time-out is a sequencing time past the deadline.
//! So nothing need be kept before a verdict is sent: whoever reads the same events again gives the
//! same verdict under the same message id.
//!
//! Invariants: one verdict per request, final; approved only if every confirming party was confirmed
//! by as many of its hosts as its threshold says, under the topology at the request's sequencing
//! time; rejected as soon as that is out of reach, or when the time is over; a stray, late or
//! repeated answer changes nothing. A request of which somebody concerned has no root hash, and one
//! whose UUID was used before, is rejected at once.

mod config;

mod core;

mod delivery;
mod replays;

mod confirmation;
mod request;

mod duty;

mod store;

mod actor;

pub use actor::{MediatorMessage, MediatorRole};
pub use config::Config;

#[cfg(test)]
#[path = "../../../tests/simulation/members/mediator.rs"]
pub(crate) mod simulated;

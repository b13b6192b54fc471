//! The role `sync`: runs the protocol for one participant.
//!
//! Three streams of work meet in one loop: submissions from the ledger API (phase 1), sequenced
//! events from the domains (phases 3, 6 and 7), and the fate of what was sent. Each domain has a
//! `connection` of its own, which `links` makes and makes again; one that is away touches no other. What takes long is
//! done beside the loop: interpretation and checks on the compute pool, sending in tasks. The loop
//! itself decides, in order, keeps what was decided in one statement, and only then sends and tells.
//!
//! Invariants: `processor` is pure and follows the events alone, so a restart from the kept position
//! leads to the same state; the kept position moves only together with the effects of the events
//! before it; offsets are given out in one place.

mod config;
mod messages;
mod port;

mod identity;

mod contracts;
mod store;

mod connection;
mod links;

mod actor;

mod ready;
mod submissions;

mod register;

mod outbox;

mod intake;

mod course;
mod events;

mod processor;

mod turn;

mod administration;
mod hosting;
mod pruning;
mod rotation;
mod vetting;

mod commitments;
mod reckoning;

mod packages;

pub use actor::SyncRole;
pub use config::Config;
pub use links::DomainLink;
pub use messages::SyncMessage;
pub use port::InProcessSync;

#[cfg(test)]
#[path = "../../../tests/simulation/members/participant/mod.rs"]
pub(crate) mod simulated;

#[cfg(test)]
mod malice_tests;

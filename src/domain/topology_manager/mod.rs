//! The topology manager: the domain's register of identities. Checks signed topology transactions,
//! puts them in an order and publishes them to all members.
//!
//! Members submit through the sequencer; `service` hands over new members through
//! [`TopologyPort`]. What is published goes out as one batch to every member, a new member gets
//! everything before it as well.
//!
//! Invariants: a publication is durable before it is sent, and sent until it is sequenced; its
//! message id follows from its number, so it is sequenced once; publications are sequenced in the
//! order of their numbers; the domain's state is what has been published, applied in that order. A
//! submission is checked under the snapshot of its sequencing time, and builds on everything that was
//! decided before. An admission is answered when the newcomer's keys are in force; a newcomer is told
//! when everything before it was sequenced, so it knows the same snapshots as everybody else.

mod messages;
mod port;

mod core;

mod identity;

mod store;

mod desk;

mod actor;
mod registration;

pub use actor::TopologyManagerRole;
pub use messages::TopologyMessage;
pub use port::{InProcessTopology, TopologyError, TopologyPort};

#[cfg(test)]
#[path = "../../../tests/simulation/members/topology_manager.rs"]
pub(crate) mod simulated;

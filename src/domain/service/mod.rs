//! The domain service: registration. A newcomer shows its identity, is admitted or refused with a
//! reason, and learns what it must know of the domain.
//!
//! Called by participants and by the domain's own members when they start; hands on to the topology
//! manager.
//!
//! Invariants: a decision is durable before it is told; asking again gives the same answer; nobody
//! is admitted whose signatures the topology manager does not accept.

mod config;
mod messages;
mod port;

mod policy;

mod store;

mod actor;

pub use actor::ServiceRole;
pub use config::{Admission, Config};
pub use messages::ServiceMessage;
pub use port::InProcessService;

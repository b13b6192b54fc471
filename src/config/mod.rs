//! What a process is told to be.
//!
//! Layers: defaults, then files in their order, then the environment, then `-C key=value` and flags.
//! `raw` is what people write: serde structures with a comment per key, unknown keys refused.
//! `validated` is what code sees. `load` leads from the one to the other; `dump` shows the result.
//!
//! Invariants: a key that nobody knows is an error that names the nearest right one; a value that
//! cannot work is refused here, not later; secrets are never printed.

mod raw;

mod load;
mod nearest;

mod domain;
mod validated;

mod dump;

#[cfg(test)]
mod tests;

pub use crate::model::ProtocolVersion;
pub use domain::DomainConfig;
pub use load::{ConfigError, Sources, load};
pub use validated::{
    ClockConfig, ConnectionConfig, Endpoint, NodeConfig, ParticipantConfig, RoleKind, RoleSelection,
};

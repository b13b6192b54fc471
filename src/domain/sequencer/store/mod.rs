//! What the sequencer keeps.

mod members;
mod postgres;

pub(super) use members::Identity;
pub(super) use postgres::Store;

//! What the sequencer keeps.

mod postgres;

pub(super) use postgres::Store;

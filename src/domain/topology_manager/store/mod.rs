//! What the topology manager keeps.

mod postgres;

pub(super) use postgres::{Decided, Kept, Refusal, Store};

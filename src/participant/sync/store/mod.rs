//! What sync keeps.

mod postgres;
mod writes;

pub(super) use postgres::{Registration, Store};
pub(super) use writes::{Activation, Writes};

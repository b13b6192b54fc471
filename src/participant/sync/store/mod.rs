//! What sync keeps.

mod postgres;
mod writes;

pub(super) use postgres::{InFlightRow, Registration, Store};
pub(super) use writes::{Activation, Writes};

//! What sync keeps.

mod identity;
mod keys;
mod postgres;
mod writes;

pub(super) use keys::LATEST;
pub(super) use postgres::{InFlightRow, Registration, Store};
pub(super) use writes::{Activation, Writes};

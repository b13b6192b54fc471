//! What sync keeps.

mod commitments;
mod identity;
mod keys;
mod postgres;
mod writes;

pub(super) use commitments::CommitmentWrites;
pub(super) use keys::LATEST;
pub(super) use postgres::{InFlightRow, Registration, Store};
pub(super) use writes::{Activation, Writes};

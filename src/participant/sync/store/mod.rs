//! What sync keeps.

mod columns;
mod domains;
mod identity;
mod keys;
mod postgres;
mod restore;
mod writes;

pub(super) use keys::LATEST;
pub(super) use postgres::{Registration, Store};
pub(super) use restore::RestoredDomain;
pub(super) use writes::{Activation, Writes};

//! What the mediator keeps.

mod postgres;

pub(super) use postgres::Store;

//! What the service keeps.

mod postgres;

pub(super) use postgres::Store;

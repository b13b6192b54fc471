//! Packages in the database.

mod postgres;

pub(super) use postgres::Store;

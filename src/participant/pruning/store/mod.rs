//! What sync deletes of its own.

mod postgres;

pub use postgres::Store;

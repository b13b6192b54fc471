//! The tables of users.

mod postgres;

pub(in super::super) use postgres::Users;
pub(super) use postgres::{GrantError, Page};

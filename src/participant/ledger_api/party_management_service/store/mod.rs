//! The table of what is noted about parties.

mod postgres;

pub(in super::super) use postgres::PartyRecords;

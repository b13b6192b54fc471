//! Phases 6 and 7 of 7: what a verdict changes.
//!
//! An accepted request archives and creates contracts, becomes an entry of the event log and, where
//! it was submitted, a completion; a rejected one becomes a completion only.
//!
//! Invariants: entries are appended in the order of verdicts, which is the same on all hosts of a
//! party; the record time of an entry is the sequencing time of its verdict; an offset is given out
//! once, and there are no gaps.

mod entry;
mod hosting;

pub use entry::{rejection, transaction};
pub use hosting::{Hosted, hosting_changed};

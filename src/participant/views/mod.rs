//! Views: how a transaction is cut for those who may see parts of it. Pure.
//!
//! Submission cuts what it has interpreted (`decompose`, `data`); confirmation interprets a view again,
//! cuts the outcome in the same way, and compares. So there is one place that says what a view holds.
//!
//! Invariants: a participant that hosts an informee of a node sees the view with it; who sees a view
//! sees the views inside of it; what a view holds follows from its part of the transaction and from
//! who hosts whom.

mod data;
mod decompose;

pub use data::{Known, created_instances, effects_hash, view_data};
pub use decompose::{PlannedView, UnknownParties, decompose};

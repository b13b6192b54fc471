//! Phases 3 and 4 of 7: is a request right, and what do we answer?
//!
//! Each check stands in a file of its own under `checks` and looks at the request alone, so requests
//! are checked in parallel. Then, in the order of sequencing, a request takes its contracts
//! (`locks`), and the answer follows (`respond`).
//!
//! Invariants: an answer is a function of the events before it; who approves holds the locks; a
//! request that is not as it must be is rejected and blocks nobody.

mod request;

mod replay;
mod top_view;
mod usage;

mod read;

pub mod checks;

mod changes;
pub mod locks;
mod respond;

pub use changes::Changes;
pub use read::{Delivered, Read, read};
pub use request::{Change, CheckedRequest, Content, Problem};
pub use respond::reject_for;

#[cfg(test)]
mod tests;

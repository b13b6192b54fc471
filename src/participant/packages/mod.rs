//! The packages of a participant: uploaded once, kept for ever, compiled when first needed.
//!
//! `upload` checks a DAR; `vetting` says what a change of the vetted packages leads to, `upgrades`
//! whether their versions may follow each other; `registry` keeps what is in the database in the engine as it is needed and
//! knows which versions there are of a package's name. Called by submission (what does `#name` mean,
//! load what a command needs), confirmation (load what a request needs) and the ledger API.
//!
//! Invariants: a package that was acknowledged is durable; the engine has none that was not uploaded
//! here, and is shared with no other participant. Who runs code holds a pinned engine, in which
//! packages stay; without it they may go at any time, since their memory is bounded.

mod known;

mod upload;

mod upgrades;
mod vetting;

mod registry;

mod store;

pub use known::{Known, KnownPackages};
pub use registry::Packages;
pub use upgrades::{VettingCheck, check_upgrades};
pub use upload::{CheckedDar, CheckedPackage, check};
pub use vetting::{ExpectedSerial, VettingChange, VettingState, VettingUpdate};

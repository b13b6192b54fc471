//! The packages of a participant: uploaded once, kept for ever, compiled when first needed.
//!
//! `upload` checks a DAR; `vetting` says what a change of the vetted packages leads to, `upgrades`
//! whether their versions may follow each other; `registry` keeps what is in the database in the engine as it is needed and
//! knows which versions there are of a package's name. Called by submission (what does `#name` mean,
//! load what a command needs), confirmation (load what a request needs) and the ledger API.
//!
//! Invariants: a package that was acknowledged is durable; the engine holds every package that was
//! loaded once, whoever else in the process loaded it: packages are known by their contents.

mod known;

mod upload;

mod upgrades;
mod vetting;

mod registry;

mod store;

pub use known::{Known, KnownPackages};
pub use registry::Packages;
pub use upgrades::check_upgrades;
pub use upload::{CheckedDar, CheckedPackage, check};
pub use vetting::{ExpectedSerial, VettingChange, VettingState, VettingUpdate};

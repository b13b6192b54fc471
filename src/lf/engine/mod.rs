//! The engine: packages in, then commands in and transactions out.
//!
//! `Engine` holds packages that were loaded, compiled once for all commands and threads, as many as there
//! is room for. A
//! `Submission` (what an application wants) or a `Replay` (what another participant says has
//! happened) becomes an `Interpretation`: a value that is run step by step and stops with questions.
//!
//! Invariants: the engine asks its caller for whatever is not in the input (contracts, by their
//! ids or keys, and packages);
//! the same input and answers give the same transaction, byte for byte; whatever the input, the
//! result is a transaction or an [`Error`](super::error::Error) within the configured limits.

mod config;
mod loaded;
mod registry;

mod submission;

mod by_key;
mod preprocess;
mod replay;

mod exercise_trace;
mod interpretation;

mod answers;

mod evaluation;
mod machine_value;

#[cfg(test)]
pub(in crate::lf) mod tests;

pub use super::compile::Error as CompileError;
pub use answers::Viewing;
pub use config::{Config, UntypedCast};
pub use evaluation::{Evaluation, Uncomputed};
pub use interpretation::{Interpretation, Interpreted, Step};
pub use machine_value::{Content, MachineValue};
pub use registry::{Engine, LoadError};
pub use replay::{Replay, ReplayCommand, ReplayRoot};
pub use submission::{Command, Submission};

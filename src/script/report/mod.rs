//! What came of scripts, for people and for programs.
//!
//! [`ScriptReport`] is what came of one script, without anything of the engine in it; `text` is how
//! people read it, `json` how programs do. `tree` shows transactions, `value` what contracts say, in the
//! notation of Daml; `labels` gives contracts short names, which replace their ids wherever these appear.
//!
//! Nothing here prints; the command line does.

mod build;
mod labels;
mod reason;
mod tree;
mod value;

mod json;
mod text;

pub use build::report;
pub use json::{script_to_json, suite_to_json};
pub use text::{Style, Summary};
pub(super) use value::plain;

use std::sync::Arc;
use std::time::Duration;

use super::place::Place;

/// What came of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptReport {
    /// `Module:name`
    pub name: String,
    /// Why it failed, if it did.
    pub failure: Option<FailureReport>,
    /// What its code told by `trace` and `debug`.
    pub traces: Vec<Arc<str>>,
    /// How many transactions it committed.
    pub transactions: u64,
    /// Its steps on the ledger, each as lines of text.
    pub steps: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Why a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureReport {
    /// The question that could not be answered, if it was one.
    pub command: Option<Arc<str>>,
    /// The reason; may have several lines.
    pub reason: String,
    /// What one may do about it.
    pub hint: Option<&'static str>,
    /// What was under way, the innermost first.
    pub within: Vec<Within>,
    /// The calls that led to the failure, the innermost first. Without them, `last_place` says where
    /// the script stood before.
    pub places: Vec<Excerpt>,
    /// Where the script asked its last question.
    pub last_place: Option<Excerpt>,
}

/// Something that was under way when a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// Code; lines and columns count from 1.
    Code {
        /// The module.
        module: String,
        /// First line and column.
        start: (u32, u32),
        /// Last line, column after the last.
        end: (u32, u32),
        /// The first line, if the DAR has the source.
        line: Option<String>,
    },
    /// A choice.
    Exercise {
        /// The choice.
        choice: String,
        /// The contract's template.
        template: String,
        /// The contract's short name.
        contract: String,
    },
}

/// A place in the source and the line there, if the DAR has the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The place.
    pub place: Place,
    /// The line.
    pub line: Option<String>,
}

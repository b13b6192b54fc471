//! Why a script failed.

use std::fmt;
use std::sync::Arc;

use super::place::Place;
use super::report;
use crate::lf;

/// Why a script has no result.
#[derive(Debug, Clone)]
pub enum Failure {
    /// Its own code failed, with what was under way, the innermost first.
    Code(lf::error::Error, Vec<lf::error::Level>),
    /// A question could not be answered as the script wants it.
    Command(Box<CommandFailure>),
    /// What it asked makes no sense to us: an unknown question, or a payload of another form.
    Protocol(String),
}

/// A question that could not be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFailure {
    /// The question.
    pub command: Arc<str>,
    /// The class of the error: what scripts see of it by `tryCommands`.
    pub class: Arc<str>,
    /// What went wrong.
    pub message: String,
    /// The calls that led to the question, the innermost first.
    pub places: Vec<Place>,
    /// What was under way on the ledger, the innermost first.
    pub backtrace: Vec<lf::error::Level>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(error, _) => write!(f, "{}", Told(error)),
            Self::Command(failure) => f.write_str(&failure.message),
            Self::Protocol(message) => f.write_str(message),
        }
    }
}

/// An error of the engine, for those who write scripts: no word of what every error begins with.
pub(super) struct Told<'a>(pub(super) &'a lf::error::Error);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let lf::error::Error::ContractKeyNotFound(key) = self.0 {
            let of = format!("{}:{}", key.template.module(), key.template.name());
            let key = report::plain(&key.key.value);
            return write!(
                f,
                "no contract of {of} has the key {key}, or none that may be seen"
            );
        }
        let text = self.0.to_string();
        let told = text.strip_prefix("Interpretation error: Error: ");
        f.write_str(told.unwrap_or(&text))
    }
}

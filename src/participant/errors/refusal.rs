//! One refusal, with everything that a client is told.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Category, ErrorId};

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the public errors.
    pub id: ErrorId,
    /// What happened, for people.
    pub message: String,
    /// More of what happened, for programs.
    pub metadata: BTreeMap<String, String>,
    /// What it is about.
    pub resources: Vec<Resource>,
    /// The category, where it is not the one of the id: failures of Daml code choose their own.
    pub category: Option<Category>,
}

/// Something that a refusal is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is: `CONTRACT_ID`.
    pub kind: String,
    /// Which one.
    pub name: String,
}

impl Refusal {
    /// A refusal with a message.
    pub fn new(id: ErrorId, message: impl Into<String>) -> Self {
        Self {
            id,
            message: message.into(),
            metadata: BTreeMap::new(),
            resources: Vec::new(),
            category: None,
        }
    }

    /// Names something that it is about.
    #[must_use]
    pub fn about(mut self, kind: &str, name: impl Into<String>) -> Self {
        self.resources.push(Resource {
            kind: kind.to_owned(),
            name: name.into(),
        });
        self
    }

    /// Adds to what programs read.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.metadata.insert(key.to_owned(), value.into());
        self
    }

    /// How long a client should wait before it tries again; `None` where trying again is no use.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.id {
            // it may be endless, and whether it is nobody knows
            ErrorId::InterpretationTimeExceeded => Some(Duration::from_mins(1)),
            _ => self.category().retry_after(),
        }
    }

    /// What a client can do about it.
    pub fn category(&self) -> Category {
        self.category.unwrap_or_else(|| self.id.category())
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}({},0): {}",
            self.id.as_str(),
            self.category().number(),
            self.message
        )
    }
}

impl std::error::Error for Refusal {}

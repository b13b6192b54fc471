//! Jura's own Daml models, written as text and compiled when they are asked for.
//!
//! Invariants: the same text always gives the same bytes, hence the same package id; a model needs no
//! other package. A changed model gets a new version in its header.

use std::sync::OnceLock;

use super::archive::{Archive, write_dar};
use super::text::{BuildError, build_archive};

#[cfg(test)]
mod tests;

/// One of Jura's models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Assets and delivery versus payment: what `jura demo` shows.
    Demo,
    /// What the load generator works with.
    Bench,
    /// Small templates for tests.
    Test,
    /// Interfaces, exceptions and contract keys, for tests (LF 2.3).
    Features,
}

impl Model {
    /// Every model.
    pub const ALL: [Self; 4] = [Self::Demo, Self::Bench, Self::Test, Self::Features];

    /// Its text.
    pub const fn source(self) -> &'static str {
        match self {
            Self::Demo => include_str!("demo.daml-lf"),
            Self::Bench => include_str!("bench.daml-lf"),
            Self::Test => include_str!("test.daml-lf"),
            Self::Features => include_str!("features.daml-lf"),
        }
    }

    /// Its archive, compiled once per process.
    pub fn archive(self) -> Result<Archive, BuildError> {
        static COMPILED: [OnceLock<Archive>; Model::ALL.len()] =
            [const { OnceLock::new() }; Model::ALL.len()];
        let cell = &COMPILED[self as usize];
        if let Some(archive) = cell.get() {
            return Ok(archive.clone());
        }
        let archive = build_archive(self.source(), &[])?;
        Ok(cell.get_or_init(|| archive).clone())
    }

    /// A DAR with it.
    pub fn dar(self) -> Result<Vec<u8>, BuildError> {
        Ok(write_dar(&self.archive()?, &[])?)
    }
}

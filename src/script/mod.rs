//! Daml Script: tests and programs written in Daml that drive a ledger.
//!
//! A script is a value that asks questions: "submit these commands", "allocate a party", "what time is
//! it". Its package has a library (`daml-script`, formerly `daml3-script`) that defines the questions;
//! whoever runs the script answers them. Stations, in the order in which a DAR meets them: `dar`
//! (packages loaded, the library found, the scripts found) → `runner` (evaluates a script until it asks)
//! → `question` (one file per family: reads what is asked, answers it) → `ledger` (where commands go:
//! one in memory, fresh for each script, or a running one over its Ledger API) → `report` (what came of
//! it, for people and for programs). `code` reads and makes the values of running code on the way.
//!
//! Called by the command line. Hands on nothing.
//!
//! Invariants: a script on a ledger in memory with a clock that stands still gives the same result, byte
//! for byte, whatever ran before; a question that is not known is an error that names it, never skipped;
//! the library is recognised by its package's name, and its records are read by the names of their
//! fields, so that all its versions are understood.

mod library;

mod dar;

mod code;

mod place;
mod sources;

mod outcome;

pub mod ledger;

mod journal;

mod question;
mod runner;

pub mod report;

pub mod json;

#[cfg(test)]
mod tests;

pub use dar::{LoadError, Options, Script, ScriptDar};
pub use journal::{Journal, Step};
pub use outcome::{CommandFailure, Failure};
pub use place::Place;
pub use runner::{Run, Settings, run};

//! The Daml-LF engine: packages in, transactions out.
//!
//! Stations, in the order in which a package and then a command meet them:
//! `ast` (the language as data) ← `archive` (bytes ⇄ ast) and `text` (the specification's notation
//! ⇄ ast) → `signature` (what a package offers) → `check` (well-formed, well-typed) → `compile` (names resolved, locals to slots) →
//! `engine` (commands in, questions and transactions out) → `machine` (runs compiled code) with
//! `builtins` → `transaction`.
//!
//! Beside the way: `upgrade` (may one version of a package follow another), `models` (Jura's own packages, written as text) and `inspect` (what is in a DAR).
//!
//! Invariants: nothing here does IO, reads a clock or draws a random number; nothing knows of nodes,
//! databases or networks. The same input gives the same bytes on every machine. No input panics.

pub mod archive;
pub mod ast;
pub mod distinct;
pub mod inspect;
pub mod limits;
pub mod literals;
pub mod models;
pub mod names;
pub mod stable;
pub mod types;

pub mod codec;
pub mod stack;
pub mod text;
pub mod value;

pub mod signature;

pub mod check;
pub mod upgrade;

mod compile;

mod builtins;
mod machine;

pub mod error;
pub mod transaction;

pub mod engine;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
pub(crate) mod test_dars;

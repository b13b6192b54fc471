//! The type checker: after it, the types that a package tells are those that its values have.
//!
//! Called when a package is loaded, before it is compiled; its dependencies have been checked. In
//! reading order: `error` (every rule's name), `arena` (types in normal form), `exports` (what a
//! checked package tells those that use it), `checker` (what is known at a place), then the parts of
//! the language from types to templates, and `package`, which runs everything.
//!
//! Rules and their order are those of the Daml-LF 2 specification, "Well-formed programs"; where
//! Canton is laxer than the text (methods have no part in name collisions), as Canton.
//!
//! Invariants: types are compared by number: synonyms are expanded, struct fields sorted, bound
//! variables counted. Whatever the package, a check ends with a verdict: recursion asks for stack as
//! it goes (`super::stack`) and is bounded by the nesting of syntax and of types, and a budget bounds
//! nodes and steps. A refused package leaves no trace.
//!
//! Absent: the literal restrictions and the feature flags of modules, which decoding checks, and the
//! comparison with former versions of a package, which is no question of types.

mod error;

mod arena;
mod show;
mod substitute;

mod exports;

mod checker;
mod lookup;
mod scope;

mod builtins;
mod types;

mod cases;
mod data;
mod expressions;
mod interfaces;
mod updates;

mod declare;
mod serializable;
mod templates;

mod collisions;
mod graph;
mod package;

#[cfg(test)]
mod tests;

pub use error::{CheckError, Fault};
pub use exports::{Exports, World};
pub use package::check;

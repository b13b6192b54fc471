//! The type checker: after it, the types that a package tells are those that its values have, and
//! the machine never finds an operation with something that it cannot work on.
//!
//! Called when a package is loaded, before it is compiled; its dependencies have been checked. In
//! reading order: `error` (every rule's name), `arena` (types in normal form), `exports` (what a
//! checked package tells those that use it), `checker` (what is known at a place), then the parts of
//! the language from types to templates, and `package`, which runs everything.
//!
//! Rules are those of the Daml-LF 2 specification, "Well-formed programs". Where Canton is laxer than
//! the text (methods have no part in name collisions), as Canton. It differs from Canton in two
//! places. A case on a synonym sees the type that the synonym stands for, as the text says. And an
//! interface whose type is a record is refused: nothing else would keep a contract of it from being
//! taken apart as that record.
//!
//! Invariants: types are compared by number: synonyms are expanded, struct fields sorted, bound
//! variables counted. Whatever the package, a check ends with a verdict: recursion asks for stack as
//! it goes (`super::stack`) and is bounded by the nesting of syntax and of types, and a budget bounds
//! nodes and steps. A check changes nothing: the world gets what a package exports when it is kept,
//! and that is as large as the types of its definitions.
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

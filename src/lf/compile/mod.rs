//! From the language as data to code that the machine runs.
//!
//! A package is compiled once, when it is loaded; its dependencies are compiled already. Stations:
//! `package` declares everything that has a name, then `lower` makes a tree of each function (names
//! resolved, types erased, calls recognised), `liveness` finds last uses, `emit` writes
//! instructions. `program` is what all packages make together.
//!
//! Invariants: code refers to other packages by number, and numbers are never reused; what one
//! package compiles to depends only on it and its dependencies; nothing here evaluates anything.
//! Ill-typed packages compile or not, but never break the machine: it checks what it takes apart.

mod names;
mod ops;

mod code;
mod program;

mod ir;

mod liveness;
mod lower;

mod emit;

mod constants;
mod keys;
mod package;
mod places;
mod templates;

pub(crate) use code::{Function, FunctionId, Instruction, NOWHERE, Pc, Slot, Source, Test};
pub(crate) use names::{LayoutId, Names, Symbol};
pub(crate) use ops::{Binary, Compare, Construct, Fold, Ledger, Nary, Unary, Virtual};
pub(crate) use package::{Options, compile};
pub(crate) use program::{
    CompiledPackage, Definition, Global, Keyed, Program, Template, TemplateRef,
};

use super::signature::{LookupError, SignatureError};
use crate::model::{Identifier, Name};

/// Why a package cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A name that stands for nothing.
    #[error("unknown {what} {id}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        id: Identifier,
    },
    /// A constructor, field, choice or method that its type does not have.
    #[error("{id} has no {what} {name}")]
    NoMember {
        /// What was looked for.
        what: &'static str,
        /// The type.
        id: Identifier,
        /// The name.
        name: Name,
    },
    /// A variable that nothing binds.
    #[error("unbound variable {0}")]
    Unbound(Name),
    /// A literal that is none.
    #[error("malformed literal \"{0}\"")]
    Literal(String),
    /// A type that has no representation at run time.
    #[error("the type {0} cannot be represented at run time")]
    OpenType(String),
    /// An expression of the wrong form, in a package that is not well-typed.
    #[error("ill-typed: {0}")]
    IllTyped(&'static str),
    /// More of something than code can tell.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// Nested beyond the bound.
    #[error("expressions are nested deeper than {0} levels")]
    TooDeep(usize),
    /// Types that make no sense.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A type that is not there.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// A bug of the compiler.
    #[error("internal error: {0}")]
    Internal(&'static str),
}

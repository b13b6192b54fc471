//! What can be wrong with an archive's bytes, without the place.

use crate::lf::ast::LanguageVersion;
use crate::lf::distinct::Duplicate;
use crate::model::TextError;

/// What is wrong with the bytes of a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes end inside a field.
    #[error("the bytes end in the middle of a field")]
    Truncated,
    /// A number has more than ten bytes.
    #[error("a number has more than ten bytes")]
    LongNumber,
    /// A field's tag has no known wire type or the number 0.
    #[error("0x{0:x} is no tag of a field")]
    Tag(u64),
    /// A field that the message does not have.
    #[error("{message} has no field {number}{}", development(*.number))]
    UnknownField {
        /// The message.
        message: &'static str,
        /// The field's number.
        number: u32,
    },
    /// A field whose wire type is not the one of the schema.
    #[error("field {field} of {message} has the wrong wire type")]
    WireType {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field that occurs twice, or two cases of which one may occur.
    #[error("field {field} of {message} occurs twice or next to one that excludes it")]
    Repeated {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A field that must be there is not.
    #[error("{message} lacks {field}")]
    Missing {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A list that must have elements has none.
    #[error("{what} is empty")]
    Empty {
        /// The list.
        what: &'static str,
    },
    /// In LF 2.2 and later, lists of arguments and parameters have one element or none.
    #[error("{what} has {count} elements, which LF {version} does not allow")]
    Flattened {
        /// The list.
        what: &'static str,
        /// Elements found.
        count: usize,
        /// The version of the package.
        version: LanguageVersion,
    },
    /// An index into a table of the package that is too large, negative, or not below the entry's own.
    #[error("{table} has no entry {index} here (it has {size})")]
    Index {
        /// The table.
        table: &'static str,
        /// The index.
        index: i64,
        /// Entries that may be referred to.
        size: usize,
    },
    /// An entry of a table that is nothing but a reference to another one, or a type outside of
    /// the table.
    #[error("{0}")]
    Interning(&'static str),
    /// A number that stands for nothing.
    #[error("{number} is no {what}")]
    UnknownNumber {
        /// What it should stand for.
        what: &'static str,
        /// The number.
        number: i64,
    },
    /// A feature that the package's version of the language does not have.
    #[error("{what} is not supported in LF {version}")]
    Version {
        /// The feature.
        what: &'static str,
        /// The version of the package.
        version: LanguageVersion,
    },
    /// A string that is no name, package id or version.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A string that is not UTF-8.
    #[error("a string is not UTF-8")]
    Utf8,
    /// A literal out of range.
    #[error("{text} is no {what}")]
    Literal {
        /// The kind of literal.
        what: &'static str,
        /// The literal.
        text: String,
    },
    /// Two things with the same name where names must differ.
    #[error(transparent)]
    Duplicate(#[from] Duplicate),
    /// A module's feature flag is not set, as LF 2 requires.
    #[error("the feature flags of a module must all be set")]
    Flags,
    /// More nesting than allowed.
    #[error("{what} is nested too deeply: more than {max} levels")]
    TooDeep {
        /// What is nested.
        what: &'static str,
        /// The limit.
        max: u32,
    },
    /// Larger than allowed when shared parts are counted as often as they are used.
    #[error("{what} is too large: more than {max} nodes")]
    TooLarge {
        /// What is large.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// In LF 2.2 and later other packages are named in the table of imports.
    #[error("package {0} is referred to without being imported")]
    NotImported(String),
    /// A syntax tree that the version of the language cannot express.
    #[error("LF {version} cannot express {what}")]
    Inexpressible {
        /// The construct.
        what: &'static str,
        /// The version.
        version: LanguageVersion,
    },
}

/// Explains the numbers that only development versions of the language use.
fn development(number: u32) -> &'static str {
    if number >= 1000 {
        ", which only LF 2.dev has"
    } else {
        ""
    }
}

impl Fault {
    /// A literal that is out of range.
    pub(super) fn literal(what: &'static str, literal: &(impl ToString + ?Sized)) -> Self {
        Self::Literal {
            what,
            text: literal.to_string(),
        }
    }
}

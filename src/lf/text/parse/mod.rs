//! A text to a syntax tree.
//!
//! Recursive descent over the tokens: `header` → `definitions` (with `templates`) → `types`,
//! `expressions` (with `forms`, the expressions that begin with a word). One token decides how to go
//! on, but for qualified names, where the colon does, and record forms, where the brace does.
//!
//! Invariants: any text ends in a tree or an [`Error`] with its place; nesting is bounded.

mod cursor;

mod header;

mod definitions;
mod templates;

mod types;

mod expressions;
mod forms;

pub(super) use types::builtin_type;

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::error::Error;
use super::lexer;
use super::token::Token;
use crate::lf::ast::{LanguageVersion, Package, PackageIs};
use crate::model::{DottedName, Name, PackageId, PackageName, PackageVersion};

/// Finds the id of a package that a text refers to by name and version.
pub type Find<'f> = &'f dyn Fn(&PackageName, &PackageVersion) -> Option<PackageId>;

/// Reads a package.
pub fn parse(source: &str, find: Find<'_>) -> Result<Package, Error> {
    let mut parser = Parser {
        source,
        tokens: lexer::tokens(source)?,
        at: 0,
        parens: 0,
        language: LanguageVersion::V2_1,
        imports: FxHashMap::default(),
        names: FxHashMap::default(),
        dotted_names: FxHashMap::default(),
        mentioned: BTreeSet::new(),
    };
    parser.package(find)
}

/// A text half read.
struct Parser<'s> {
    source: &'s str,
    tokens: Vec<Token>,
    /// The next token.
    at: usize,
    /// Parentheses around the current expression.
    parens: u32,
    language: LanguageVersion,
    /// What packages are called in this text.
    imports: FxHashMap<String, PackageId>,
    /// Names and dotted names seen so far: each is made once.
    names: FxHashMap<&'s str, Name>,
    dotted_names: FxHashMap<&'s str, DottedName>,
    /// Packages that references went to.
    mentioned: BTreeSet<PackageId>,
}

impl Parser<'_> {
    /// The package that a string in front of a qualified name stands for: an import's name or an id.
    fn package_named(&mut self, text: &str) -> Result<PackageIs, Error> {
        let id = match self.imports.get(text) {
            Some(id) => id.clone(),
            None if is_hash(text) => self.checked(PackageId::parse(text))?,
            None => return Err(self.fail(&format!("no package is imported as {text:?}"))),
        };
        if !self.mentioned.contains(&id) {
            self.mentioned.insert(id.clone());
        }
        Ok(PackageIs::Other(id))
    }
}

/// Ids that are hashes need no import; any other string would be a slip most of the time.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

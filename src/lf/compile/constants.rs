//! Constants of a package; equal ones are kept once.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::code::{CONSTANTS_MAX, FunctionId};
use super::{Error, Symbol};
use crate::lf::ast;
use crate::lf::machine::{Parts, Val};
use crate::lf::types::Type;
use crate::lf::value::Numeric;

/// The constants that a package needs so far.
#[derive(Default)]
pub(super) struct Constants {
    values: Vec<Val>,
    known: FxHashMap<Key, u32>,
}

/// What makes two constants equal.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Unit,
    Bool(bool),
    Nil,
    None,
    TextMap,
    GenMap,
    EmptyRecord,
    Literal(ast::Literal),
    Enum(u16, Symbol),
    Type(Type),
    Function(FunctionId),
}

impl Constants {
    /// All of them.
    pub(super) fn finish(self) -> Vec<Val> {
        self.values
    }

    /// The number of a constant.
    pub(super) fn number(&mut self, key: Key) -> Result<u32, Error> {
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let value = value_of(&key)?;
        let number = self.push(value)?;
        self.known.insert(key, number);
        Ok(number)
    }

    fn push(&mut self, value: Val) -> Result<u32, Error> {
        if self.values.len() >= CONSTANTS_MAX {
            return Err(Error::TooLarge("constants"));
        }
        let number = u32::try_from(self.values.len()).map_err(|_| Error::TooLarge("constants"))?;
        self.values.push(value);
        Ok(number)
    }
}

fn value_of(key: &Key) -> Result<Val, Error> {
    Ok(match key {
        Key::Unit => Val::Unit,
        Key::Bool(b) => Val::Bool(*b),
        Key::Nil => Val::Nil,
        Key::None => Val::None,
        Key::TextMap => Val::TextMap(None),
        Key::GenMap => Val::GenMap(None),
        Key::EmptyRecord => Val::Record(Parts::none()),
        Key::Literal(literal) => literal_value(literal)?,
        Key::Enum(rank, constructor) => Val::Enum {
            rank: *rank,
            constructor: *constructor,
        },
        Key::Type(typ) => Val::TypeRep(Arc::new(typ.clone())),
        Key::Function(function) => Val::Closure {
            function: *function,
            args: Parts::none(),
        },
    })
}

fn literal_value(literal: &ast::Literal) -> Result<Val, Error> {
    Ok(match literal {
        ast::Literal::Int64(n) => Val::Int64(*n),
        ast::Literal::Numeric(text) => {
            let numeric = Numeric::parse_literal(text);
            let numeric = numeric.ok_or_else(|| Error::Literal(text.chars().take(60).collect()))?;
            Val::from(numeric)
        }
        ast::Literal::Text(text) => Val::Text(text.clone()),
        ast::Literal::Timestamp(micros) => Val::Timestamp(*micros),
        ast::Literal::Date(days) => Val::Date(*days),
        // the numbers of Canton's error categories
        ast::Literal::FailureCategory(category) => Val::Int64(match category {
            ast::FailureCategory::InvalidIndependentOfSystemState => 8,
            ast::FailureCategory::InvalidGivenCurrentSystemStateOther => 9,
        }),
    })
}

//! Values of running code, for those who drive code that asks questions: Daml Script.
//!
//! A ledger value has a type and can be stored; a machine value can be anything that code computes,
//! functions included. It is opaque: [`Evaluation`](super::Evaluation) takes it apart and puts it
//! together, one level at a time.

use std::fmt;
use std::sync::Arc;

use crate::lf::compile::{Program, Symbol};
use crate::lf::error::Error;
use crate::lf::machine::{Parts, Val, map};
use crate::lf::types::Type;
use crate::lf::value::Numeric;
use crate::model::{ContractId, Name, Party, Timestamp};

/// A value of running code. Cheap to clone.
#[derive(Clone)]
pub struct MachineValue(pub(super) Val);

impl fmt::Debug for MachineValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MachineValue")
    }
}

/// What a machine value is, one level deep.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named as the types")]
pub enum Content {
    Unit,
    Bool(bool),
    Int64(i64),
    Numeric(Numeric),
    Text(Arc<str>),
    Timestamp(Timestamp),
    /// Days since 1970.
    Date(i32),
    Party(Party),
    ContractId(ContractId),
    Optional(Option<MachineValue>),
    List(Vec<MachineValue>),
    TextMap(Vec<(Arc<str>, MachineValue)>),
    GenMap(Vec<(MachineValue, MachineValue)>),
    /// In the order of the type.
    Record(Vec<MachineValue>),
    /// The rank is the constructor's place in its type.
    Variant {
        rank: usize,
        constructor: Name,
        value: MachineValue,
    },
    Enum {
        rank: usize,
        constructor: Name,
    },
    /// `Any`, `AnyException` and values of interfaces.
    Any {
        typ: Arc<Type>,
        value: MachineValue,
    },
    TypeRep(Arc<Type>),
    /// A function, an update that waits, or a struct: nothing that could be looked into.
    Opaque,
}

/// Takes a value apart.
pub(super) fn open(program: &Program, value: &Val) -> Result<Content, Error> {
    let wrap = |val: &Val| MachineValue(val.clone());
    Ok(match value {
        Val::Unit => Content::Unit,
        Val::Bool(b) => Content::Bool(*b),
        Val::Int64(n) => Content::Int64(*n),
        Val::Timestamp(micros) => Content::Timestamp(Timestamp::from_micros_clamped(*micros)),
        Val::Date(days) => Content::Date(*days),
        Val::Numeric { .. } => Content::Numeric(value.as_numeric().ok_or_else(malformed)?),
        Val::Enum { rank, constructor } => Content::Enum {
            rank: usize::from(*rank),
            constructor: name(program, *constructor)?,
        },
        Val::Nil | Val::Cons(_) => Content::List(value.elements().map(wrap).collect()),
        Val::None => Content::Optional(None),
        Val::Some(parts) => Content::Optional(parts.first().map(wrap)),
        Val::Text(text) => Content::Text(text.clone()),
        Val::Party(party) => Content::Party(party.clone()),
        Val::ContractId(id) => Content::ContractId(id.clone()),
        Val::Record(parts) => Content::Record(parts.iter().map(wrap).collect()),
        Val::Variant {
            rank,
            constructor,
            parts,
        } => Content::Variant {
            rank: usize::from(*rank),
            constructor: name(program, *constructor)?,
            value: parts.first().map(wrap).ok_or_else(malformed)?,
        },
        Val::TextMap(tree) => Content::TextMap(
            map::entries(tree)
                .filter_map(|(key, value)| match key {
                    Val::Text(key) => Some((key.clone(), wrap(value))),
                    _ => None,
                })
                .collect(),
        ),
        Val::GenMap(tree) => {
            let entries = map::entries(tree);
            Content::GenMap(entries.map(|(k, v)| (wrap(k), wrap(v))).collect())
        }
        Val::Any(_) => {
            let (typ, value) = value.as_any().ok_or_else(malformed)?;
            Content::Any {
                typ: typ.clone(),
                value: wrap(value),
            }
        }
        Val::TypeRep(typ) => Content::TypeRep(typ.clone()),
        Val::Struct { .. } | Val::Closure { .. } => Content::Opaque,
    })
}

/// Puts a value together.
pub(super) fn close(program: &Program, content: Content) -> Result<Val, Error> {
    Ok(match content {
        Content::Unit => Val::Unit,
        Content::Bool(b) => Val::Bool(b),
        Content::Int64(n) => Val::Int64(n),
        Content::Numeric(n) => Val::from(n),
        Content::Text(text) => Val::Text(text),
        Content::Timestamp(time) => Val::Timestamp(time.micros()),
        Content::Date(days) => Val::Date(days),
        Content::Party(party) => Val::Party(party),
        Content::ContractId(id) => Val::ContractId(id),
        Content::Optional(value) => Val::optional(value.map(|value| value.0)),
        Content::List(values) => Val::list(values.into_iter().map(|value| value.0)),
        Content::TextMap(entries) => Val::TextMap(entries.into_iter().fold(None, |tree, entry| {
            Some(map::insert(tree, Val::Text(entry.0), entry.1.0))
        })),
        Content::GenMap(entries) => Val::GenMap(entries.into_iter().fold(None, |tree, entry| {
            Some(map::insert(tree, entry.0.0, entry.1.0))
        })),
        Content::Record(fields) => Val::Record(fields.into_iter().map(|field| field.0).collect()),
        Content::Variant {
            rank,
            constructor,
            value,
        } => {
            let (rank, constructor) = number(program, rank, &constructor)?;
            Val::Variant {
                rank,
                constructor,
                parts: Parts::one(value.0),
            }
        }
        Content::Enum { rank, constructor } => {
            let (rank, constructor) = number(program, rank, &constructor)?;
            Val::Enum { rank, constructor }
        }
        Content::Any { typ, value } => Val::any(typ, value.0),
        Content::TypeRep(typ) => Val::TypeRep(typ),
        Content::Opaque => return Err(malformed()),
    })
}

fn name(program: &Program, symbol: Symbol) -> Result<Name, Error> {
    program.names.name(symbol).cloned().ok_or_else(malformed)
}

fn number(program: &Program, rank: usize, constructor: &Name) -> Result<(u16, Symbol), Error> {
    let rank = u16::try_from(rank).ok();
    let symbol = program.names.find(constructor);
    rank.zip(symbol).ok_or_else(malformed)
}

fn malformed() -> Error {
    Error::IllTyped("a value that no code could have made".to_owned())
}

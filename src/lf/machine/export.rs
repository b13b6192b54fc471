//! Machine values to ledger values.

use super::map;
use super::measure::{Bounds, measure};
use super::parts::Parts;
use super::state::Limits;
use super::val::{Tree, Val};
use crate::lf::compile::{Program, Symbol};
use crate::lf::error::{Error, Limit};
use crate::lf::value::{Record, Value};
use crate::model::{Name, Timestamp};

/// A machine value as a value in normal form, if it is within bounds. Values share their parts in the
/// machine, and do not outside of it: what it comes to is measured before anything is made.
pub(crate) fn export(program: &Program, val: &Val, limits: &Limits) -> Result<Value, Error> {
    let bounds = Bounds {
        encoded: (limits.value, Limit::Value(limits.value)),
        memory: (limits.memory, Limit::Memory(limits.memory)),
    };
    measure(program, val, bounds).1?;
    build(program, val)
}

/// A value in normal form, of one that has been measured.
pub(super) fn build(program: &Program, val: &Val) -> Result<Value, Error> {
    let each = |val: &Val| build(program, val);
    Ok(match val {
        Val::Unit => Value::Unit,
        Val::Bool(b) => Value::Bool(*b),
        Val::Int64(n) => Value::Int64(*n),
        Val::Timestamp(micros) => Value::Timestamp(Timestamp::from_micros_clamped(*micros)),
        Val::Date(days) => Value::Date(*days),
        Val::Numeric { .. } => Value::Numeric(val.as_numeric().ok_or_else(not_serializable)?),
        Val::Text(text) => Value::Text(text.clone()),
        Val::Party(party) => Value::Party(party.clone()),
        Val::ContractId(id) => Value::ContractId(id.clone()),
        Val::None => Value::Optional(None),
        Val::Some(parts) => Value::Optional(Some(Box::new(each(only(parts)?)?))),
        Val::Nil => Value::List(Vec::new()),
        Val::Cons(_) => Value::List(all(val.elements().count(), val.elements().map(each))?),
        Val::Record(parts) => Value::Record(Record {
            id: None,
            fields: all(
                fields(parts).len(),
                fields(parts).iter().map(|part| Ok((None, each(part)?))),
            )?,
        }),
        Val::Variant {
            constructor, parts, ..
        } => Value::Variant {
            id: None,
            constructor: name(program, *constructor)?.clone(),
            value: Box::new(each(only(parts)?)?),
        },
        Val::Enum { constructor, .. } => Value::Enum {
            id: None,
            constructor: name(program, *constructor)?.clone(),
        },
        Val::TextMap(tree) => {
            let entries = map::entries(tree).map(|(key, value)| match key {
                Val::Text(key) => Ok((key.clone(), each(value)?)),
                _ => Err(not_serializable()),
            });
            Value::TextMap(all(count(tree), entries)?)
        }
        Val::GenMap(tree) => {
            let entries = map::entries(tree).map(|(key, value)| Ok((each(key)?, each(value)?)));
            Value::GenMap(all(count(tree), entries)?)
        }
        Val::Struct { .. } | Val::Any(_) | Val::TypeRep(_) | Val::Closure { .. } => {
            return Err(not_serializable());
        }
    })
}

/// So many parts, in no more memory than they take.
fn all<T>(count: usize, parts: impl Iterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut kept = Vec::with_capacity(count);
    for part in parts {
        kept.push(part?);
    }
    Ok(kept)
}

/// The entries of a map.
pub(super) fn count(tree: &Tree) -> usize {
    usize::try_from(map::size(tree)).unwrap_or(0)
}

/// The fields of a record; `None`s at the end are left out.
pub(super) fn fields(parts: &[Val]) -> &[Val] {
    let kept = parts.iter().rposition(|part| !matches!(part, Val::None));
    &parts[..kept.map_or(0, |last| last + 1)]
}

pub(super) fn only(parts: &Parts) -> Result<&Val, Error> {
    parts.first().ok_or_else(not_serializable)
}

pub(super) fn not_serializable() -> Error {
    Error::IllTyped("a value that cannot be on the ledger".to_owned())
}

pub(super) fn name(program: &Program, symbol: Symbol) -> Result<&Name, Error> {
    program.names.name(symbol).ok_or_else(not_serializable)
}

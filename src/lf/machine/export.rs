//! Machine values to ledger values.

use std::sync::Arc;

use super::map;
use super::parts::Parts;
use super::val::Val;
use crate::lf::compile::{Program, Symbol};
use crate::lf::error::{Error, Limit};
use crate::lf::value::{NESTING_MAX, Record, Value};
use crate::model::{Name, Timestamp};

/// Bytes of a part of a value outside of the machine.
pub(super) const PART_BYTES: usize = size_of::<Value>();

/// A machine value as a value in normal form, if that takes at most so much memory. Values share their
/// parts in the machine, and do not outside of it.
pub(crate) fn export(program: &Program, val: &Val, bytes_max: u64) -> Result<Value, Error> {
    let mut left = usize::try_from(bytes_max).unwrap_or(usize::MAX) / PART_BYTES;
    export_within(program, val, &mut left).map_err(|error| match error {
        Error::Limit(_) => Error::Limit(Limit::Memory(bytes_max)),
        other => other,
    })
}

/// The same, if it has at most so many parts; how many are left.
pub(super) fn export_within(
    program: &Program,
    val: &Val,
    left: &mut usize,
) -> Result<Value, Error> {
    export_at(program, val, 0, left)
}

fn export_at(program: &Program, val: &Val, depth: usize, left: &mut usize) -> Result<Value, Error> {
    if depth > NESTING_MAX {
        return Err(Error::ValueNesting);
    }
    let too_large = || Error::Limit(Limit::Memory(0));
    *left = left.checked_sub(1).ok_or_else(too_large)?;
    let mut each = |val: &Val| export_at(program, val, depth + 1, left);
    Ok(match val {
        Val::Unit => Value::Unit,
        Val::Bool(b) => Value::Bool(*b),
        Val::Int64(n) => Value::Int64(*n),
        Val::Timestamp(micros) => Value::Timestamp(Timestamp::from_micros_clamped(*micros)),
        Val::Date(days) => Value::Date(*days),
        Val::Numeric { .. } => Value::Numeric(val.as_numeric().ok_or_else(not_serializable)?),
        Val::Text(text) => Value::Text(check_text(text)?),
        Val::Party(party) => Value::Party(party.clone()),
        Val::ContractId(id) => Value::ContractId(id.clone()),
        Val::None => Value::Optional(None),
        Val::Some(parts) => Value::Optional(Some(Box::new(each(only(parts)?)?))),
        Val::Nil => Value::List(Vec::new()),
        Val::Cons(_) => Value::List(val.elements().map(each).collect::<Result<_, _>>()?),
        Val::Record(parts) => Value::Record(Record {
            id: None,
            fields: fields(parts, each)?,
        }),
        Val::Variant {
            constructor, parts, ..
        } => Value::Variant {
            id: None,
            constructor: name(program, *constructor)?,
            value: Box::new(each(only(parts)?)?),
        },
        Val::Enum { constructor, .. } => Value::Enum {
            id: None,
            constructor: name(program, *constructor)?,
        },
        Val::TextMap(tree) => {
            let entries = map::entries(tree).map(|(key, value)| match key {
                Val::Text(key) => Ok((check_text(key)?, each(value)?)),
                _ => Err(not_serializable()),
            });
            Value::TextMap(entries.collect::<Result<_, _>>()?)
        }
        Val::GenMap(tree) => {
            let entries = map::entries(tree).map(|(key, value)| Ok((each(key)?, each(value)?)));
            Value::GenMap(entries.collect::<Result<_, Error>>()?)
        }
        Val::Struct { .. } | Val::Any(_) | Val::TypeRep(_) | Val::Closure { .. } => {
            return Err(not_serializable());
        }
    })
}

/// The fields of a record; `None`s at the end are left out.
fn fields(
    parts: &[Val],
    mut each: impl FnMut(&Val) -> Result<Value, Error>,
) -> Result<Vec<(Option<Name>, Value)>, Error> {
    let kept = parts.iter().rposition(|part| !matches!(part, Val::None));
    let kept = &parts[..kept.map_or(0, |last| last + 1)];
    kept.iter().map(|part| Ok((None, each(part)?))).collect()
}

fn only(parts: &Parts) -> Result<&Val, Error> {
    parts.first().ok_or_else(not_serializable)
}

fn not_serializable() -> Error {
    Error::IllTyped("a value that cannot be on the ledger".to_owned())
}

fn name(program: &Program, symbol: Symbol) -> Result<Name, Error> {
    let name = program.names.name(symbol).cloned();
    name.ok_or_else(not_serializable)
}

fn check_text(text: &Arc<str>) -> Result<Arc<str>, Error> {
    if text.contains('\0') {
        return Err(Error::MalformedText);
    }
    Ok(text.clone())
}

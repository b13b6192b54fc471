//! Ledger values to machine values.
//!
//! The type may be of another version of the package than the value: then fields that are missing at
//! the end of a record are `None`, and superfluous ones must be.

use super::map;
use super::parts::Parts;
use super::val::{Tree, Val};
use crate::lf::compile::{Program, Symbol};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::signature::{Instance, LookupError, Reference, Shape};
use crate::lf::types::Type;
use crate::lf::value::{Plain, Record, Value};
use crate::model::{ContractId, Identifier, Name};

/// A contract that is looked at with a version of its template.
#[derive(Clone, Copy)]
pub(super) struct Contract<'a> {
    /// Its id; what was created with it, unless the contract has not been looked up by it.
    pub(super) id: Option<&'a ContractId>,
    /// The template that it was created with.
    pub(super) template: &'a Identifier,
    /// What it says.
    pub(super) argument: &'a Value,
}

/// A contract's argument as an argument of another version of its template.
pub(super) fn import_as(
    program: &Program,
    contract: Contract<'_>,
    template: &Identifier,
) -> Result<Val, Error> {
    let typ = Type::Con(template.clone());
    value(program, &typ, contract.argument).map_err(|mismatch| {
        Error::Upgrade(Box::new(UpgradeFailure::Translation {
            contract_id: contract.id.cloned(),
            from: contract.template.clone(),
            to: template.clone(),
            argument: contract.argument.clone(),
            reason: mismatch.to_string(),
        }))
    })
}

/// A value in normal form as a machine value.
pub(crate) fn import(program: &Program, typ: &Type, from: &Value) -> Result<Val, Error> {
    value(program, typ, from).map_err(|mismatch| match *mismatch {
        Mismatch::Lookup(error) => Error::Lookup(error),
        other @ Mismatch::Type { .. } => Error::IllTyped(other.to_string()),
    })
}

/// Why a value is none of a type.
#[derive(Debug, thiserror::Error)]
enum Mismatch {
    #[error("{0}")]
    Lookup(LookupError),
    #[error(
        "Type-checking fails {message}\n  Expected type: {expected}\n  Actual value: {}",
        Plain(actual)
    )]
    Type {
        expected: Type,
        actual: Value,
        message: String,
    },
}

impl From<LookupError> for Box<Mismatch> {
    fn from(error: LookupError) -> Self {
        Self::new(Mismatch::Lookup(error))
    }
}

type Imported = Result<Val, Box<Mismatch>>;

fn mismatch<T>(
    expected: &Type,
    actual: &Value,
    message: impl Into<String>,
) -> Result<T, Box<Mismatch>> {
    Err(Box::new(Mismatch::Type {
        expected: expected.clone(),
        actual: actual.clone(),
        message: message.into(),
    }))
}

fn value(program: &Program, typ: &Type, value: &Value) -> Imported {
    let each = |typ: &Type, from: &Value| self::value(program, typ, from);
    let shape = program.signatures.shape(typ)?;
    Ok(match (shape, value) {
        (Shape::Unit, Value::Unit) => Val::Unit,
        (Shape::Bool, Value::Bool(b)) => Val::Bool(*b),
        (Shape::Int64, Value::Int64(n)) => Val::Int64(*n),
        (Shape::Numeric(scale), Value::Numeric(n)) if n.scale() == scale => Val::from(*n),
        (Shape::Text, Value::Text(text)) => Val::Text(text.clone()),
        (Shape::Timestamp, Value::Timestamp(time)) => Val::Timestamp(time.micros()),
        (Shape::Date, Value::Date(days)) => Val::Date(*days),
        (Shape::Party, Value::Party(party)) => Val::Party(party.clone()),
        (Shape::ContractId, Value::ContractId(id)) => Val::ContractId(id.clone()),
        (Shape::Optional(_), Value::Optional(None)) => Val::None,
        (Shape::Optional(of), Value::Optional(Some(value))) => {
            Val::Some(Parts::one(each(of, value)?))
        }
        (Shape::List(of), Value::List(values)) => {
            let values = values.iter().map(|value| each(of, value));
            Val::list(values.collect::<Result<Vec<_>, _>>()?.into_iter())
        }
        (Shape::TextMap(of), Value::TextMap(entries)) => {
            let mut tree: Tree = None;
            for (key, value) in entries {
                tree = Some(map::insert(tree, Val::Text(key.clone()), each(of, value)?));
            }
            Val::TextMap(tree)
        }
        (Shape::GenMap(key_type, of), Value::GenMap(entries)) => {
            let mut tree: Tree = None;
            for (key, value) in entries {
                tree = Some(map::insert(tree, each(key_type, key)?, each(of, value)?));
            }
            Val::GenMap(tree)
        }
        (Shape::Record(instance), Value::Record(fields)) => {
            record(program, &instance, fields, (typ, value))?
        }
        (
            Shape::Variant(instance),
            Value::Variant {
                constructor, value, ..
            },
        ) => variant(program, &instance, constructor, value)?,
        (Shape::Enum(instance), Value::Enum { constructor, .. }) => {
            let unknown = || Reference::EnumConstructor(instance.id.clone(), constructor.clone());
            let rank = instance.rank(constructor);
            let (rank, constructor) =
                numbers(program, rank, constructor).ok_or_else(|| LookupError::of(unknown()))?;
            Val::Enum { rank, constructor }
        }
        _ => {
            let message = format!("mismatching type: {typ} and value: {}", Plain(value));
            return mismatch(typ, value, message);
        }
    })
}

fn record(
    program: &Program,
    instance: &Instance<'_, [(Name, Type)]>,
    record: &Record,
    (typ, whole): (&Type, &Value),
) -> Imported {
    let superfluous = record.fields.iter().enumerate().skip(instance.cons.len());
    for (index, (_, value)) in superfluous {
        let message = match value {
            Value::Optional(None) => continue,
            Value::Optional(Some(_)) => format!(
                "Found an optional contract field with a value of Some at index {index}, may not be dropped during downgrading."
            ),
            _ => format!(
                "Found non-optional extra field at index {index}, cannot remove for downgrading."
            ),
        };
        return mismatch(typ, whole, message);
    }
    let fields = instance.cons.iter().enumerate();
    let fields = fields.map(|(index, (_, field))| {
        let field = instance.instantiate(field);
        if let Some((_, from)) = record.fields.get(index) {
            return value(program, &field, from);
        }
        match program.signatures.shape(&field)? {
            Shape::Optional(_) => Ok(Val::None),
            _ => mismatch(
                typ,
                whole,
                "Unexpected non-optional extra template field type encountered during upgrading.",
            ),
        }
    });
    Ok(Val::Record(fields.collect::<Result<Parts, _>>()?))
}

fn variant(
    program: &Program,
    instance: &Instance<'_, [(Name, Type)]>,
    constructor: &Name,
    from: &Value,
) -> Imported {
    let unknown = || {
        let missing = Reference::VariantConstructor(instance.id.clone(), constructor.clone());
        LookupError::of(missing)
    };
    let rank = instance.rank(constructor);
    let payload = rank.and_then(|rank| instance.cons.get(rank));
    let (_, payload) = payload.ok_or_else(unknown)?;
    let payload = value(program, &instance.instantiate(payload), from)?;
    let (rank, constructor) = numbers(program, rank, constructor).ok_or_else(unknown)?;
    Ok(Val::Variant {
        rank,
        constructor,
        parts: Parts::one(payload),
    })
}

fn numbers(program: &Program, rank: Option<usize>, constructor: &Name) -> Option<(u16, Symbol)> {
    let rank = rank.and_then(|rank| u16::try_from(rank).ok());
    rank.zip(program.names.find(constructor))
}

//! Values as the Ledger API has them, and back.

use canton_proto::com::daml::ledger::api::v2 as api;

use api::value::Sum;

use crate::lf::value::{Numeric, Record, Value};
use crate::model::{ContractId, Identifier, Name, Party, Timestamp};

/// An answer of the ledger that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

pub(super) type Read<T> = Result<T, Unreadable>;

fn unreadable(error: &impl ToString) -> Unreadable {
    Unreadable(format!("the ledger's answer: {}", error.to_string()))
}

fn missing<T>(part: Option<T>, what: &str) -> Read<T> {
    part.ok_or_else(|| unreadable(&format!("{what} is missing")))
}

/// A value; types and labels are left out.
pub(super) fn write(value: &Value) -> api::Value {
    let sum = match value {
        Value::Unit => Sum::Unit(()),
        Value::Bool(flag) => Sum::Bool(*flag),
        Value::Int64(number) => Sum::Int64(*number),
        Value::Numeric(number) => Sum::Numeric(number.to_string()),
        Value::Text(text) => Sum::Text(text.to_string()),
        Value::Timestamp(time) => Sum::Timestamp(time.micros()),
        Value::Date(days) => Sum::Date(*days),
        Value::Party(party) => Sum::Party(party.to_string()),
        Value::ContractId(id) => Sum::ContractId(id.to_string()),
        Value::Optional(inner) => Sum::Optional(Box::new(api::Optional {
            value: inner.as_ref().map(|inner| Box::new(write(inner))),
        })),
        Value::List(values) => Sum::List(api::List {
            elements: values.iter().map(write).collect(),
        }),
        Value::TextMap(entries) => {
            let entries = entries.iter().map(|(key, value)| api::text_map::Entry {
                key: key.to_string(),
                value: Some(write(value)),
            });
            Sum::TextMap(api::TextMap {
                entries: entries.collect(),
            })
        }
        Value::GenMap(entries) => {
            let entries = entries.iter().map(|(key, value)| api::gen_map::Entry {
                key: Some(write(key)),
                value: Some(write(value)),
            });
            Sum::GenMap(api::GenMap {
                entries: entries.collect(),
            })
        }
        Value::Record(fields) => Sum::Record(write_record(fields)),
        Value::Variant {
            constructor, value, ..
        } => Sum::Variant(Box::new(api::Variant {
            variant_id: None,
            constructor: constructor.to_string(),
            value: Some(Box::new(write(value))),
        })),
        Value::Enum { constructor, .. } => Sum::Enum(api::Enum {
            enum_id: None,
            constructor: constructor.to_string(),
        }),
    };
    api::Value { sum: Some(sum) }
}

/// The record that an argument of a template is.
pub(super) fn record(value: &Value) -> Option<api::Record> {
    match value {
        Value::Record(record) => Some(write_record(record)),
        _ => None,
    }
}

fn write_record(record: &Record) -> api::Record {
    let fields = record.fields.iter().map(|(_, value)| api::RecordField {
        label: String::new(),
        value: Some(write(value)),
    });
    api::Record {
        record_id: None,
        fields: fields.collect(),
    }
}

/// A value, its types and labels left out. How deep it is nested is bounded by the decoder of
/// messages.
pub(super) fn read(value: api::Value) -> Read<Value> {
    Ok(match missing(value.sum, "a value")? {
        Sum::Unit(()) => Value::Unit,
        Sum::Bool(flag) => Value::Bool(flag),
        Sum::Int64(number) => Value::Int64(number),
        Sum::Text(text) => Value::Text(text.into()),
        Sum::Date(days) => Value::Date(days),
        Sum::Timestamp(micros) => {
            Value::Timestamp(Timestamp::from_micros(micros).map_err(|error| unreadable(&error))?)
        }
        Sum::Numeric(text) => Value::Numeric(missing(Numeric::parse_untyped(&text), "a numeric")?),
        Sum::Party(text) => Value::Party(Party::parse(&text).map_err(|error| unreadable(&error))?),
        Sum::ContractId(text) => Value::ContractId(contract_id(&text)?),
        Sum::Optional(optional) => {
            let inner = optional.value.map(|inner| read(*inner));
            Value::Optional(inner.transpose()?.map(Box::new))
        }
        Sum::List(list) => {
            let elements = list.elements.into_iter().map(read);
            Value::List(elements.collect::<Read<_>>()?)
        }
        Sum::TextMap(map) => {
            let entry = |entry: api::text_map::Entry| {
                Ok((entry.key.into(), read(missing(entry.value, "a value")?)?))
            };
            let entries = map.entries.into_iter().map(entry);
            Value::TextMap(entries.collect::<Read<_>>()?)
        }
        Sum::GenMap(map) => {
            let entry = |entry: api::gen_map::Entry| {
                let key = read(missing(entry.key, "a key")?)?;
                Ok((key, read(missing(entry.value, "a value")?)?))
            };
            let entries = map.entries.into_iter().map(entry);
            Value::GenMap(entries.collect::<Read<_>>()?)
        }
        Sum::Record(record) => read_record(record)?,
        Sum::Variant(variant) => Value::Variant {
            id: None,
            constructor: Name::parse(&variant.constructor).map_err(|error| unreadable(&error))?,
            value: Box::new(read(*missing(variant.value, "a value")?)?),
        },
        Sum::Enum(constant) => Value::Enum {
            id: None,
            constructor: Name::parse(&constant.constructor).map_err(|error| unreadable(&error))?,
        },
    })
}

/// A record.
pub(super) fn read_record(record: api::Record) -> Read<Value> {
    let fields = record.fields.into_iter();
    let fields = fields.map(|field| Ok((None, read(missing(field.value, "a field")?)?)));
    Ok(Value::Record(Record {
        id: None,
        fields: fields.collect::<Read<_>>()?,
    }))
}

/// A contract id.
pub(super) fn contract_id(text: &str) -> Read<ContractId> {
    ContractId::parse(text).map_err(|error| unreadable(&error))
}

/// A template or interface.
pub(super) fn identifier(id: Option<&api::Identifier>) -> Read<Identifier> {
    let id = missing(id, "a template")?;
    let text = format!("{}:{}:{}", id.package_id, id.module_name, id.entity_name);
    text.parse()
        .map_err(|error: crate::model::IdentifierError| unreadable(&error))
}

/// A time.
pub(super) fn time(time: &prost_types::Timestamp) -> Timestamp {
    let micros = time.seconds.saturating_mul(1_000_000);
    Timestamp::from_micros_clamped(micros.saturating_add(i64::from(time.nanos / 1000)))
}

/// A time as the ledger has it.
pub(super) fn write_time(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.micros();
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(micros.rem_euclid(1_000_000) * 1000).unwrap_or(0),
    }
}

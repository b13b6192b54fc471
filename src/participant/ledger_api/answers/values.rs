//! Values as applications read them.

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::value::Sum;

use crate::lf::value::{Record, Value};
use crate::model::Identifier;

/// A value; with ids and labels as far as it has them.
pub(super) fn value(value: &Value) -> proto::Value {
    let sum = match value {
        Value::Unit => Sum::Unit(()),
        Value::Bool(flag) => Sum::Bool(*flag),
        Value::Int64(number) => Sum::Int64(*number),
        Value::Numeric(numeric) => Sum::Numeric(numeric.to_string()),
        Value::Text(text) => Sum::Text(text.to_string()),
        Value::Timestamp(time) => Sum::Timestamp(time.micros()),
        Value::Date(days) => Sum::Date(*days),
        Value::Party(party) => Sum::Party(party.to_string()),
        Value::ContractId(id) => Sum::ContractId(id.to_string()),
        Value::Optional(inner) => Sum::Optional(Box::new(proto::Optional {
            value: inner.as_ref().map(|inner| Box::new(self::value(inner))),
        })),
        Value::List(elements) => Sum::List(proto::List {
            elements: elements.iter().map(self::value).collect(),
        }),
        Value::TextMap(entries) => Sum::TextMap(proto::TextMap {
            entries: entries
                .iter()
                .map(|(key, value)| proto::text_map::Entry {
                    key: key.to_string(),
                    value: Some(self::value(value)),
                })
                .collect(),
        }),
        Value::GenMap(entries) => Sum::GenMap(proto::GenMap {
            entries: entries
                .iter()
                .map(|(key, value)| proto::gen_map::Entry {
                    key: Some(self::value(key)),
                    value: Some(self::value(value)),
                })
                .collect(),
        }),
        Value::Record(record) => Sum::Record(self::record(record)),
        Value::Variant {
            id,
            constructor,
            value,
        } => Sum::Variant(Box::new(proto::Variant {
            variant_id: id.as_ref().map(identifier),
            constructor: constructor.to_string(),
            value: Some(Box::new(self::value(value))),
        })),
        Value::Enum { id, constructor } => Sum::Enum(proto::Enum {
            enum_id: id.as_ref().map(identifier),
            constructor: constructor.to_string(),
        }),
    };
    proto::Value { sum: Some(sum) }
}

/// A record.
pub(super) fn record(record: &Record) -> proto::Record {
    proto::Record {
        record_id: record.id.as_ref().map(identifier),
        fields: record
            .fields
            .iter()
            .map(|(label, value)| proto::RecordField {
                label: label.as_ref().map(ToString::to_string).unwrap_or_default(),
                value: Some(self::value(value)),
            })
            .collect(),
    }
}

/// The record that a value is, such as the argument of every template.
pub(super) fn as_record(value: &Value) -> Option<proto::Record> {
    match value {
        Value::Record(record) => Some(self::record(record)),
        _ => None,
    }
}

/// A type, its package by id.
pub(crate) fn identifier(id: &Identifier) -> proto::Identifier {
    proto::Identifier {
        package_id: id.package().to_string(),
        module_name: id.module().to_string(),
        entity_name: id.name().to_string(),
    }
}

//! Values as applications write them: untyped, with labels and ids or without.
//!
//! How deep a value is nested is bounded before it comes here: by the decoder of messages.

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::value::Sum;

use super::fields::{present, required};
use super::identifiers::identifier;
use crate::lf::value::calendar::date_from_days;
use crate::lf::value::{Numeric, Record, Value};
use crate::model::{ContractId, Identifier, Name, Party, Timestamp};
use crate::participant::errors::Refusal;

/// A value.
pub(super) fn value(value: proto::Value) -> Result<Value, Refusal> {
    Ok(match present(value.sum, "value")? {
        Sum::Unit(()) => Value::Unit,
        Sum::Bool(flag) => Value::Bool(flag),
        Sum::Int64(number) => Value::Int64(number),
        Sum::Text(text) => Value::Text(text.into()),
        Sum::Date(days) => Value::Date(date(days)?),
        Sum::Timestamp(micros) => Value::Timestamp(timestamp(micros)?),
        Sum::Numeric(text) => Value::Numeric(numeric(&text)?),
        Sum::Party(text) => Value::Party(Party::parse(&text).map_err(Refusal::invalid_argument)?),
        Sum::ContractId(text) => {
            Value::ContractId(ContractId::parse(&text).map_err(Refusal::invalid_argument)?)
        }
        Sum::Optional(optional) => {
            let inner = optional.value.map(|inner| self::value(*inner));
            Value::Optional(inner.transpose()?.map(Box::new))
        }
        Sum::List(list) => {
            let elements = list.elements.into_iter().map(self::value);
            Value::List(elements.collect::<Result<_, _>>()?)
        }
        Sum::TextMap(map) => text_map(map)?,
        Sum::GenMap(map) => gen_map(map)?,
        Sum::Record(record) => Value::Record(self::record(record)?),
        Sum::Variant(variant) => Value::Variant {
            id: optional_identifier(variant.variant_id.as_ref())?,
            constructor: required(&variant.constructor, "constructor", Name::parse)?,
            value: Box::new(self::value(*present(variant.value, "value")?)?),
        },
        Sum::Enum(constant) => Value::Enum {
            id: optional_identifier(constant.enum_id.as_ref())?,
            constructor: required(&constant.constructor, "value", Name::parse)?,
        },
    })
}

/// A record.
pub(super) fn record(record: proto::Record) -> Result<Record, Refusal> {
    let id = optional_identifier(record.record_id.as_ref())?;
    let field = |field: proto::RecordField| {
        let value = value(present(field.value, "value")?)?;
        let label = match field.label.as_str() {
            "" => None,
            label => Some(Name::parse(label).map_err(Refusal::invalid_argument)?),
        };
        Ok((label, value))
    };
    let fields = record.fields.into_iter().map(field);
    Ok(Record {
        id,
        fields: fields.collect::<Result<_, Refusal>>()?,
    })
}

fn optional_identifier(id: Option<&proto::Identifier>) -> Result<Option<Identifier>, Refusal> {
    id.map(identifier).transpose()
}

fn text_map(map: proto::TextMap) -> Result<Value, Refusal> {
    let entry = |entry: proto::text_map::Entry| {
        let value = value(present(entry.value, "value")?)?;
        Ok((entry.key.into(), value))
    };
    let entries = map.entries.into_iter().map(entry);
    let mut entries: Vec<(std::sync::Arc<str>, Value)> = entries.collect::<Result<_, Refusal>>()?;
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    match entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        None => Ok(Value::TextMap(entries)),
        Some(pair) => Err(Refusal::invalid_argument(format!(
            "key {} duplicated when trying to build map",
            pair[0].0
        ))),
    }
}

fn gen_map(map: proto::GenMap) -> Result<Value, Refusal> {
    let entry = |entry: proto::gen_map::Entry| {
        let key = present(entry.key, "key")?;
        let content = present(entry.value, "value")?;
        Ok((value(key)?, value(content)?))
    };
    let entries = map.entries.into_iter().map(entry);
    Ok(Value::GenMap(entries.collect::<Result<_, Refusal>>()?))
}

fn numeric(text: &str) -> Result<Numeric, Refusal> {
    Numeric::parse_untyped(text).ok_or_else(|| {
        Refusal::invalid_argument(format!("Could not read Numeric string \"{text}\""))
    })
}

fn date(days: i32) -> Result<i32, Refusal> {
    date_from_days(i64::from(days))
        .ok_or_else(|| Refusal::invalid_argument(format!("out of bound Date {days}")))
}

fn timestamp(micros: i64) -> Result<Timestamp, Refusal> {
    Timestamp::from_micros(micros).map_err(|_| {
        Refusal::invalid_argument(format!(
            "cannot convert long {micros} into Timestamp:out of bound Timestamp {micros}"
        ))
    })
}

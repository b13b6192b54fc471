//! Values to JSON.

use serde_json::{Map, Value as Json, json};

use super::JsonError;
use crate::lf::signature::{Shape, Signatures};
use crate::lf::types::Type;
use crate::lf::value::calendar::{DateText, TimestampText};
use crate::lf::value::{Record, Value};

/// A value of a type as JSON.
pub fn to_json(known: &Signatures, typ: &Type, value: &Value) -> Result<Json, JsonError> {
    let each = |typ: &Type, value: &Value| to_json(known, typ, value);
    let shape = known.shape(typ).map_err(|error| JsonError {
        path: String::new(),
        message: error.to_string(),
    })?;
    Ok(match (shape, value) {
        (Shape::Unit, Value::Unit) => json!({}),
        (Shape::Bool, Value::Bool(flag)) => json!(flag),
        (Shape::Int64, Value::Int64(number)) => json!(number),
        (Shape::Numeric(_), Value::Numeric(number)) => json!(number.to_string()),
        (Shape::Text, Value::Text(text)) => json!(&**text),
        (Shape::Timestamp, Value::Timestamp(time)) => json!(TimestampText(*time).to_string()),
        (Shape::Date, Value::Date(days)) => json!(DateText(*days).to_string()),
        (Shape::Party, Value::Party(party)) => json!(party.as_str()),
        (Shape::ContractId, Value::ContractId(id)) => json!(id.to_string()),
        (Shape::Optional(_), Value::Optional(None)) => Json::Null,
        (Shape::Optional(of), Value::Optional(Some(inner))) => match (&**inner, each(of, inner)?) {
            (Value::Optional(None), _) => json!([]),
            (Value::Optional(Some(_)), inner) => json!([inner]),
            (_, inner) => inner,
        },
        (Shape::List(of), Value::List(values)) => {
            let values = values.iter().map(|value| each(of, value));
            Json::Array(values.collect::<Result<_, _>>()?)
        }
        (Shape::TextMap(of), Value::TextMap(entries)) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Ok((key.to_string(), each(of, value)?)));
            Json::Object(entries.collect::<Result<_, _>>()?)
        }
        (Shape::GenMap(key_type, of), Value::GenMap(entries)) => {
            let entries = entries.iter();
            let entries =
                entries.map(|(key, value)| Ok(json!([each(key_type, key)?, each(of, value)?])));
            Json::Array(entries.collect::<Result<_, _>>()?)
        }
        (Shape::Record(instance), Value::Record(record)) => {
            let mut fields = Map::new();
            for (index, (name, typ)) in instance.cons.iter().enumerate() {
                let value = field(record, index);
                fields.insert(name.to_string(), each(&instance.instantiate(typ), value)?);
            }
            Json::Object(fields)
        }
        (
            Shape::Variant(instance),
            Value::Variant {
                constructor, value, ..
            },
        ) => {
            let rank = instance.rank(constructor);
            let Some((_, typ)) = rank.and_then(|rank| instance.cons.get(rank)) else {
                return Err(mismatch(typ));
            };
            json!({"tag": constructor.as_str(), "value": each(&instance.instantiate(typ), value)?})
        }
        (Shape::Enum(_), Value::Enum { constructor, .. }) => json!(constructor.as_str()),
        _ => return Err(mismatch(typ)),
    })
}

/// A field; what is left out at the end is `None`.
fn field(record: &Record, index: usize) -> &Value {
    const NONE: &Value = &Value::Optional(None);
    record.fields.get(index).map_or(NONE, |(_, value)| value)
}

fn mismatch(typ: &Type) -> JsonError {
    JsonError {
        path: String::new(),
        message: format!("a value of type {typ} cannot be written as JSON"),
    }
}

/// Whether values of a type are optionals.
pub(super) fn is_optional(known: &Signatures, typ: &Type) -> bool {
    matches!(known.shape(typ), Ok(Shape::Optional(_)))
}

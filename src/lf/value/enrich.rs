//! From normal form back to what people read: type ids and labels.

use super::{Record, TranslationError, Value};
use crate::lf::signature::{Instance, Shape, Signatures};
use crate::lf::types::Type;
use crate::model::Name;

/// A value in normal form with the ids and labels that its type gives it. Trailing `None`s stay
/// left out.
pub fn enrich(
    signatures: &Signatures,
    typ: &Type,
    value: &Value,
) -> Result<Value, TranslationError> {
    let each = |typ: &Type, value: &Value| enrich(signatures, typ, value);
    Ok(match (signatures.shape(typ)?, value) {
        (Shape::Optional(of), Value::Optional(Some(value))) => {
            Value::Optional(Some(Box::new(each(of, value)?)))
        }
        (Shape::List(of), Value::List(values)) => {
            let values = values.iter().map(|value| each(of, value));
            Value::List(values.collect::<Result<_, _>>()?)
        }
        (Shape::TextMap(of), Value::TextMap(entries)) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Ok((key.clone(), each(of, value)?)));
            Value::TextMap(entries.collect::<Result<_, TranslationError>>()?)
        }
        (Shape::GenMap(key_type, of), Value::GenMap(entries)) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Ok((each(key_type, key)?, each(of, value)?)));
            Value::GenMap(entries.collect::<Result<_, TranslationError>>()?)
        }
        (Shape::Record(instance), Value::Record(record)) => {
            enrich_record(signatures, &instance, record)?
        }
        (
            Shape::Variant(instance),
            Value::Variant {
                constructor, value, ..
            },
        ) => {
            let rank = instance.rank(constructor);
            let found = rank.and_then(|rank| instance.cons.get(rank));
            let Some((_, payload)) = found else {
                return Err(mismatch(typ));
            };
            Value::Variant {
                id: Some(instance.id.clone()),
                constructor: constructor.clone(),
                value: Box::new(each(&instance.instantiate(payload), value)?),
            }
        }
        (Shape::Enum(instance), Value::Enum { constructor, .. }) => Value::Enum {
            id: Some(instance.id.clone()),
            constructor: constructor.clone(),
        },
        (Shape::Record(_) | Shape::Variant(_) | Shape::Enum(_), _) => return Err(mismatch(typ)),
        _ => value.clone(),
    })
}

fn enrich_record(
    signatures: &Signatures,
    instance: &Instance<'_, [(Name, Type)]>,
    record: &Record,
) -> Result<Value, TranslationError> {
    let fields = instance.cons.iter().zip(&record.fields);
    let fields = fields.map(|((label, typ), (_, value))| {
        let value = enrich(signatures, &instance.instantiate(typ), value)?;
        Ok((Some(label.clone()), value))
    });
    Ok(Value::Record(Record {
        id: Some(instance.id.clone()),
        fields: fields.collect::<Result<_, TranslationError>>()?,
    }))
}

fn mismatch(typ: &Type) -> TranslationError {
    TranslationError::Mismatch(format!("the stored value is not of type {typ}"))
}

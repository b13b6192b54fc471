//! Values in messages for developers: short, without types.

use std::fmt;

use super::calendar::{DateText, TimestampText};
use super::{Record, Value};

/// A value as Canton's longer messages write it.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a>(pub &'a Value);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Unit => f.write_str("<unit>"),
            Value::Bool(b) => write!(f, "{b}"),
            Value::Int64(n) => write!(f, "{n}"),
            Value::Numeric(n) => write!(f, "{n}"),
            Value::Text(text) => write!(f, "\"{text}\""),
            Value::Timestamp(time) => write!(f, "{}", TimestampText(*time)),
            Value::Date(days) => write!(f, "{}", DateText(*days)),
            Value::Party(party) => write!(f, "'{party}'"),
            Value::ContractId(id) => write!(f, "{id}"),
            Value::Optional(None) => f.write_str("None"),
            Value::Optional(Some(value)) => write!(f, "Option({})", Self(value)),
            Value::List(values) => {
                f.write_str("[")?;
                separated(f, values.iter().map(Self))?;
                f.write_str("]")
            }
            Value::TextMap(entries) => {
                let entries = entries.iter().map(|(k, v)| format!("{k} -> {}", Self(v)));
                f.write_str("TextMap(")?;
                separated(f, entries)?;
                f.write_str(")")
            }
            Value::GenMap(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(k, v)| format!("{} -> {}", Self(k), Self(v)));
                f.write_str("GenMap(")?;
                separated(f, entries)?;
                f.write_str(")")
            }
            Value::Record(record) => write_record(record, f),
            Value::Variant {
                constructor, value, ..
            } => write!(f, "{constructor}({})", Self(value)),
            Value::Enum { constructor, .. } => write!(f, "{constructor}"),
        }
    }
}

fn write_record(record: &Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let fields = record.fields.iter().map(|(label, value)| match label {
        Some(label) => format!("{label} = {}", Plain(value)),
        None => format!("<no-label> = {}", Plain(value)),
    });
    f.write_str("{ ")?;
    separated(f, fields)?;
    f.write_str(" }")
}

fn separated<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    items: impl Iterator<Item = T>,
) -> fmt::Result {
    for (i, item) in items.enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{item}")?;
    }
    Ok(())
}

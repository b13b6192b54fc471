//! Values in error messages, in the form that Canton's messages have.

use std::fmt;

use super::calendar::{DateText, TimestampText};
use super::{Record, Value};

/// Longest excerpt of a text that a message repeats, in characters.
const TEXT_LENGTH_MAX: usize = 256;

/// A value for people.
#[derive(Debug, Clone, Copy)]
pub struct Rendered<'a>(pub &'a Value);

impl fmt::Display for Rendered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Unit => f.write_str("Unit"),
            Value::Bool(b) => write!(f, "Bool({b})"),
            Value::Int64(n) => write!(f, "Int64({n})"),
            Value::Numeric(n) => write!(f, "Numeric({n})"),
            Value::Text(text) => {
                let cut: String = text.chars().take(TEXT_LENGTH_MAX).collect();
                write!(f, "Text({cut})")
            }
            Value::Timestamp(time) => write!(f, "Timestamp({})", TimestampText(*time)),
            Value::Date(days) => write!(f, "Date({})", DateText(*days)),
            Value::Party(party) => write!(f, "Party({party})"),
            Value::ContractId(id) => write!(f, "ContractId({id})"),
            Value::Optional(None) => f.write_str("Optional(None)"),
            Value::Optional(Some(value)) => write!(f, "Optional(Some({}))", Self(value)),
            Value::List(values) => list(f, "List(", values.iter().map(Self)),
            Value::TextMap(entries) => {
                f.write_str("TextMap(")?;
                let entries = entries.iter().map(|(k, v)| format!("({k},{})", Self(v)));
                list(f, "SortedLookupList(", entries)?;
                f.write_str(")")
            }
            Value::GenMap(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(k, v)| format!("({},{})", Self(k), Self(v)));
                list(f, "GenMap(", entries)
            }
            Value::Record(record) => render_record(record, f),
            Value::Variant {
                id,
                constructor,
                value,
            } => write!(
                f,
                "Variant({},{constructor},{})",
                option(id.as_ref()),
                Self(value)
            ),
            Value::Enum { id, constructor } => {
                write!(f, "Enum({},{constructor})", option(id.as_ref()))
            }
        }
    }
}

fn render_record(record: &Record, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "Record({},", option(record.id.as_ref()))?;
    let fields = record.fields.iter();
    let fields =
        fields.map(|(label, value)| format!("({},{})", option(label.as_ref()), Rendered(value)));
    list(f, "ImmArray(", fields)?;
    f.write_str(")")
}

fn option<T: fmt::Display>(option: Option<&T>) -> String {
    match option {
        Some(content) => format!("Some({content})"),
        None => "None".to_owned(),
    }
}

fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    items: impl Iterator<Item = T>,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(")")
}

//! Values in messages about the ledger, in the form that Canton's messages have there.

use std::fmt;

use super::calendar::{DateText, TimestampText};
use super::{Record, Value};

/// A value for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pretty<'a>(pub(crate) &'a Value);

impl fmt::Display for Pretty<'_> {
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
                let values: Vec<String> = values.iter().map(|v| Self(v).to_string()).collect();
                write!(f, "[{}]", values.join(", "))
            }
            Value::TextMap(entries) => {
                let entries = entries.iter().map(|(k, v)| format!("{k} -> {}", Self(v)));
                write!(f, "TextMap({})", entries.collect::<Vec<_>>().join(", "))
            }
            Value::GenMap(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(k, v)| format!("{} -> {}", Self(k), Self(v)));
                write!(f, "GenMap({})", entries.collect::<Vec<_>>().join(", "))
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
    let field = |(label, value): &(Option<crate::model::Name>, Value)| {
        let label = label.as_ref().map_or("<no-label>", |label| label.as_str());
        format!("{label} = {}", Pretty(value))
    };
    let fields: Vec<String> = record.fields.iter().map(field).collect();
    write!(f, "{{ {} }}", fields.join(", "))
}

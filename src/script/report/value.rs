//! What contracts say, in the notation of Daml.

use std::fmt::Write;

use super::labels::Labels;
use crate::lf::stack::with_room;
use crate::lf::value::Value;
use crate::lf::value::calendar::{DateText, TimestampText};

/// Longest text of a value that is shown, in characters.
const LENGTH_MAX: usize = 2_000;

/// The fields of a record with their names, one after the other.
pub(super) fn fields(value: &Value, labels: &Labels) -> String {
    let mut out = String::new();
    match value {
        Value::Record(record) => {
            for (index, (name, value)) in record.fields.iter().enumerate() {
                let comma = if index == 0 { "" } else { "; " };
                let _ = match name {
                    Some(name) => write!(out, "{comma}{name} = "),
                    None => write!(out, "{comma}"),
                };
                show(value, labels, false, &mut out);
            }
        }
        other => show(other, labels, false, &mut out),
    }
    cut(out)
}

/// A value, with the beginnings of contract ids.
pub(in crate::script) fn plain(value: &Value) -> String {
    self::value(value, &Labels::default())
}

/// A value.
pub(super) fn value(value: &Value, labels: &Labels) -> String {
    let mut out = String::new();
    show(value, labels, false, &mut out);
    cut(out)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn show(value: &Value, labels: &Labels, is_argument: bool, out: &mut String) {
    // what is longer is cut anyway
    if out.len() > LENGTH_MAX * 4 {
        return;
    }
    with_room(|| show_here(value, labels, is_argument, out));
}

fn show_here(value: &Value, labels: &Labels, is_argument: bool, out: &mut String) {
    let parens = |out: &mut String, inner: &dyn Fn(&mut String)| {
        if is_argument {
            out.push('(');
            inner(out);
            out.push(')');
        } else {
            inner(out);
        }
    };
    let _ = match value {
        Value::Unit => write!(out, "()"),
        Value::Bool(b) => write!(out, "{}", if *b { "True" } else { "False" }),
        Value::Int64(n) => write!(out, "{n}"),
        Value::Numeric(n) => write!(out, "{n}"),
        Value::Text(text) => write!(out, "{text:?}"),
        Value::Timestamp(time) => write!(out, "{}", TimestampText(*time)),
        Value::Date(days) => write!(out, "{}", DateText(*days)),
        Value::Party(party) => write!(out, "'{party}'"),
        Value::ContractId(id) => write!(out, "{}", labels.label(id)),
        Value::Optional(None) => write!(out, "None"),
        Value::Optional(Some(inner)) => {
            parens(out, &|out| {
                out.push_str("Some ");
                show(inner, labels, true, out);
            });
            Ok(())
        }
        Value::Enum { constructor, .. } => write!(out, "{constructor}"),
        Value::Variant {
            constructor, value, ..
        } => {
            if **value == Value::Unit {
                write!(out, "{constructor}")
            } else {
                parens(out, &|out| {
                    let _ = write!(out, "{constructor} ");
                    show(value, labels, true, out);
                });
                Ok(())
            }
        }
        Value::List(values) => {
            list(out, ('[', ']'), values.iter(), |value, out| {
                show(value, labels, false, out);
            });
            Ok(())
        }
        Value::TextMap(entries) => {
            list(out, ('{', '}'), entries.iter(), |(key, value), out| {
                let _ = write!(out, "{key:?}: ");
                show(value, labels, false, out);
            });
            Ok(())
        }
        Value::GenMap(entries) => {
            list(out, ('{', '}'), entries.iter(), |(key, value), out| {
                show(key, labels, false, out);
                out.push_str(": ");
                show(value, labels, false, out);
            });
            Ok(())
        }
        Value::Record(record) => {
            let is_tuple = record.fields.iter().all(|(name, _)| {
                let name = name.as_ref();
                name.is_none_or(|name| name.as_str().starts_with('_'))
            });
            let brackets = if is_tuple { ('(', ')') } else { ('{', '}') };
            list(out, brackets, record.fields.iter(), |(name, value), out| {
                if let (false, Some(name)) = (is_tuple, name) {
                    let _ = write!(out, "{name} = ");
                }
                show(value, labels, false, out);
            });
            Ok(())
        }
    };
}

fn list<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    each: impl Fn(T, &mut String),
) {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        each(item, out);
    }
    out.push(close);
}

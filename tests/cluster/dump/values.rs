//! Values of contracts, as the Ledger API takes them.

use canton_proto::com::daml::ledger::api::v2 as api;

pub use super::super::ledger::record;

type Sum = api::value::Sum;

pub fn party(party: &str) -> Sum {
    Sum::Party(party.to_owned())
}

pub fn text(text: &str) -> Sum {
    Sum::Text(text.to_owned())
}

pub fn numeric(numeric: &str) -> Sum {
    Sum::Numeric(numeric.to_owned())
}

pub fn contract(id: &str) -> Sum {
    Sum::ContractId(id.to_owned())
}

/// Microseconds since 1970.
pub fn time(micros: i64) -> Sum {
    Sum::Timestamp(micros)
}

pub fn none() -> Sum {
    Sum::Optional(Box::default())
}

pub fn list(elements: Vec<Sum>) -> Sum {
    let elements = elements.into_iter().map(value).collect();
    Sum::List(api::List { elements })
}

pub fn text_map(entries: Vec<(&str, Sum)>) -> Sum {
    let entry = |(key, sum): (&str, Sum)| api::text_map::Entry {
        key: key.to_owned(),
        value: Some(value(sum)),
    };
    let entries = entries.into_iter().map(entry).collect();
    Sum::TextMap(api::TextMap { entries })
}

/// A record in another.
pub fn nested(fields: Vec<Sum>) -> Sum {
    Sum::Record(record(fields))
}

pub fn value(sum: Sum) -> api::Value {
    api::Value { sum: Some(sum) }
}

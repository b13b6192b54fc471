//! The contract ids in a value.

use super::Value;
use crate::model::ContractId;

/// The contract ids in a value, from left to right.
pub fn contract_ids(value: &Value) -> impl Iterator<Item = &ContractId> {
    let mut open = vec![value];
    std::iter::from_fn(move || {
        while let Some(value) = open.pop() {
            // what is opened last is looked at first
            match value {
                Value::ContractId(id) => return Some(id),
                Value::Optional(Some(value)) | Value::Variant { value, .. } => open.push(value),
                Value::List(values) => open.extend(values.iter().rev()),
                Value::TextMap(entries) => {
                    open.extend(entries.iter().rev().map(|(_, value)| value));
                }
                Value::GenMap(entries) => {
                    open.extend(entries.iter().rev().flat_map(|(key, value)| [value, key]));
                }
                Value::Record(record) => {
                    open.extend(record.fields.iter().rev().map(|(_, value)| value));
                }
                Value::Unit
                | Value::Bool(_)
                | Value::Int64(_)
                | Value::Numeric(_)
                | Value::Text(_)
                | Value::Timestamp(_)
                | Value::Date(_)
                | Value::Party(_)
                | Value::Optional(None)
                | Value::Enum { .. } => {}
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::value::Record;

    #[test]
    fn contract_ids_come_from_left_to_right() {
        let id = |n: u8| ContractId::new([n; 32], &[n]);
        let value = |n: u8| Value::ContractId(id(n));
        let fields = vec![
            Value::List(vec![value(1), Value::Unit, value(2)]),
            Value::Optional(Some(Box::new(value(3)))),
            Value::GenMap(vec![(value(4), value(5)), (Value::Int64(1), value(6))]),
            Value::TextMap(vec![("a".into(), value(7)), ("b".into(), value(8))]),
            value(9),
        ];
        let record = Value::Record(Record {
            id: None,
            fields: fields.into_iter().map(|field| (None, field)).collect(),
        });
        let found: Vec<ContractId> = contract_ids(&record).cloned().collect();
        assert_eq!(found, (1..=9).map(id).collect::<Vec<_>>());
    }
}

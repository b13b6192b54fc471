//! Arbitrary values in normal form, for property tests.

use proptest::prelude::*;

use super::{Numeric, Record, Value, calendar};
use crate::model::{ContractId, Name, Party, Timestamp};

pub(crate) fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(6, 60, 5, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..5);
        let text_map = prop::collection::btree_map("[a-c]{0,3}", inner.clone(), 0..4);
        prop_oneof![
            inner
                .clone()
                .prop_map(|v| Value::Optional(Some(Box::new(v)))),
            list.clone().prop_map(Value::List),
            list.prop_map(record),
            text_map.prop_map(|map| Value::TextMap(
                map.into_iter().map(|(k, v)| (k.into(), v)).collect()
            )),
            (any::<i64>(), inner.clone())
                .prop_map(|(k, v)| Value::GenMap(vec![(Value::Int64(k), v)])),
            inner.prop_map(|v| Value::Variant {
                id: None,
                constructor: Name::literal("V"),
                value: Box::new(v),
            }),
        ]
    })
}

fn record(values: Vec<Value>) -> Value {
    let mut fields: Vec<_> = values.into_iter().map(|v| (None, v)).collect();
    while matches!(fields.last(), Some((_, Value::Optional(None)))) {
        fields.pop();
    }
    Value::Record(Record { id: None, fields })
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Unit),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int64),
        (any::<i64>(), 0_u8..=37)
            .prop_map(|(n, s)| Value::Numeric(Numeric::new(i128::from(n), s).unwrap())),
        "[^\0]{0,8}".prop_map(|text| Value::Text(text.into())),
        any::<i64>().prop_map(|n| Value::Timestamp(Timestamp::from_micros_clamped(n))),
        (calendar::DATE_MIN..=calendar::DATE_MAX).prop_map(Value::Date),
        "[a-z]{1,9}".prop_map(|text| Value::Party(Party::parse(&text).unwrap())),
        any::<[u8; 32]>().prop_map(|d| Value::ContractId(ContractId::new(d, &[0xca, 0x12]))),
        Just(Value::Optional(None)),
        Just(Value::Enum {
            id: None,
            constructor: Name::literal("Red"),
        }),
    ]
}

//! Values as Canton's errors carry them: its protobuf form, as base64.
//!
//! Only written, never read: programs that know that form can show what an error is about. Field numbers
//! are those of Canton's encoding of values in transactions.

use super::{NESTING_MAX, Value};

/// Wire types.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;

/// Digits of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Value {
    /// The value in Canton's protobuf form, as base64; none if it cannot be on a ledger.
    pub fn to_base64_protobuf(&self) -> Option<String> {
        Some(base64(&encode(self, 0)?))
    }
}

fn encode(value: &Value, depth: usize) -> Option<Vec<u8>> {
    if depth > NESTING_MAX {
        return None;
    }
    let inner = |value: &Value| encode(value, depth + 1);
    let mut out = Vec::new();
    match value {
        Value::Unit => bytes(&mut out, 1, &[]),
        Value::Bool(yes) => number(&mut out, 2, u64::from(*yes)),
        Value::Int64(n) => number(&mut out, 3, zigzag(*n)),
        Value::Date(days) => number(&mut out, 4, i64::from(*days).cast_unsigned()),
        Value::Timestamp(time) => {
            varint(&mut out, 5 << 3 | FIXED64);
            out.extend(time.micros().to_le_bytes());
        }
        Value::Numeric(n) => bytes(&mut out, 6, n.to_string().as_bytes()),
        Value::Party(party) => bytes(&mut out, 7, party.as_str().as_bytes()),
        Value::Text(text) => bytes(&mut out, 8, storable(text)?),
        Value::ContractId(id) => bytes(&mut out, 9, id.as_bytes()),
        Value::Optional(value) => {
            let mut optional = Vec::new();
            if let Some(value) = value {
                bytes(&mut optional, 1, &inner(value)?);
            }
            bytes(&mut out, 10, &optional);
        }
        Value::List(elements) => {
            let mut list = Vec::new();
            for element in elements {
                bytes(&mut list, 1, &inner(element)?);
            }
            bytes(&mut out, 11, &list);
        }
        Value::GenMap(entries) => {
            let entries = entries.iter();
            let entries = entries.map(|(key, value)| Some((inner(key)?, inner(value)?)));
            bytes(&mut out, 12, &map(entries)?);
        }
        Value::Record(record) => {
            let mut fields = Vec::new();
            for (_, value) in &record.fields {
                let mut field = Vec::new();
                bytes(&mut field, 1, &inner(value)?);
                bytes(&mut fields, 1, &field);
            }
            bytes(&mut out, 13, &fields);
        }
        Value::Variant {
            constructor, value, ..
        } => {
            let mut variant = Vec::new();
            bytes(&mut variant, 1, constructor.as_str().as_bytes());
            bytes(&mut variant, 2, &inner(value)?);
            bytes(&mut out, 14, &variant);
        }
        Value::Enum { constructor, .. } => {
            let mut chosen = Vec::new();
            bytes(&mut chosen, 1, constructor.as_str().as_bytes());
            bytes(&mut out, 15, &chosen);
        }
        Value::TextMap(entries) => {
            let entries = entries.iter();
            let entries =
                entries.map(|(key, value)| Some((storable(key)?.to_vec(), inner(value)?)));
            bytes(&mut out, 16, &map(entries)?);
        }
    }
    Some(out)
}

/// A text that the ledger takes.
fn storable(text: &str) -> Option<&[u8]> {
    (!text.contains('\0')).then_some(text.as_bytes())
}

/// Entries of a map; an empty text as a key is left out, as protobuf does.
fn map(entries: impl Iterator<Item = Option<(Vec<u8>, Vec<u8>)>>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for entry in entries {
        let (key, value) = entry?;
        let mut entry = Vec::new();
        if !key.is_empty() {
            bytes(&mut entry, 1, &key);
        }
        bytes(&mut entry, 2, &value);
        bytes(&mut out, 1, &entry);
    }
    Some(out)
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3 | VARINT);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | BYTES);
    varint(out, value.len() as u64);
    out.extend(value);
}

fn zigzag(n: i64) -> u64 {
    (n.cast_unsigned() << 1) ^ (n >> 63).cast_unsigned()
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for position in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * position) & 63) as usize];
            let is_there = position <= chunk.len();
            text.push(if is_there { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::value::Record;
    use crate::model::{Name, Party, Timestamp};

    fn hex(value: &Value) -> String {
        hex::encode(encode(value, 0).unwrap())
    }

    fn record(values: Vec<Value>) -> Value {
        let fields = values.into_iter().map(|value| (None, value));
        Value::Record(Record {
            id: None,
            fields: fields.collect(),
        })
    }

    #[test]
    fn values_are_written_as_protobuf() {
        let time = Timestamp::from_micros(-2).unwrap();
        for (value, expected) in [
            (Value::Unit, "0a00"),
            (Value::Bool(false), "1000"),
            (Value::Int64(-1), "1801"),
            (Value::Int64(i64::MIN), "18ffffffffffffffffff01"),
            (Value::Date(-1), "20ffffffffffffffffff01"),
            (Value::Timestamp(time), "29feffffffffffffff"),
            (Value::Text("".into()), "4200"),
            (Value::Party(Party::parse("a").unwrap()), "3a0161"),
            (Value::Optional(None), "5200"),
            (Value::Optional(Some(Box::new(Value::Unit))), "52040a020a00"),
            (Value::List(vec![Value::Bool(true)]), "5a040a021001"),
            (record(vec![Value::Int64(1)]), "6a060a040a021802"),
            (
                Value::TextMap(vec![("k".into(), Value::Unit)]),
                "8201090a070a016b12020a00",
            ),
            (
                Value::GenMap(vec![(Value::Unit, Value::Unit)]),
                "620a0a080a020a0012020a00",
            ),
            (
                Value::Variant {
                    id: None,
                    constructor: Name::literal("C"),
                    value: Box::new(Value::Unit),
                },
                "72070a014312020a00",
            ),
            (
                Value::Enum {
                    id: None,
                    constructor: Name::literal("C"),
                },
                "7a030a0143",
            ),
        ] {
            assert_eq!(hex(&value), expected, "{value:?}");
        }
    }

    #[test]
    fn bytes_are_written_as_base64() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"\xff\xfe\xfd", "//79"),
        ] {
            assert_eq!(base64(bytes), expected);
        }
    }

    #[test]
    fn what_cannot_be_on_a_ledger_is_not_written() {
        let mut deep = Value::Unit;
        for _ in 0..=NESTING_MAX {
            deep = Value::List(vec![deep]);
        }
        assert_eq!(deep.to_base64_protobuf(), None);
        assert_eq!(Value::Text("\0".into()).to_base64_protobuf(), None);
    }
}

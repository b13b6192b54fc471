//! Values as canonical bytes, for hashing and for storage.
//!
//! Written in normal form: type ids and labels are left out. Read with bounds: at most 100 levels,
//! maps sorted, texts without NUL, numbers, dates and times in range.

use std::sync::Arc;

use super::{NESTING_MAX, Numeric, Record, Value, calendar};
use crate::lf::codec::{Error, Reader, Writer};
use crate::model::{ContractId, Name, Party, Timestamp};

/// The only version so far.
const VERSION: u8 = 1;

mod tag {
    pub(super) const UNIT: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT64: u8 = 3;
    pub(super) const NUMERIC: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    pub(super) const TIMESTAMP: u8 = 6;
    pub(super) const DATE: u8 = 7;
    pub(super) const PARTY: u8 = 8;
    pub(super) const CONTRACT_ID: u8 = 9;
    pub(super) const NONE: u8 = 10;
    pub(super) const SOME: u8 = 11;
    pub(super) const LIST: u8 = 12;
    pub(super) const TEXT_MAP: u8 = 13;
    pub(super) const GEN_MAP: u8 = 14;
    pub(super) const RECORD: u8 = 15;
    pub(super) const VARIANT: u8 = 16;
    pub(super) const ENUM: u8 = 17;
}

impl Value {
    /// The value as bytes of its own, with a version in front.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.byte(VERSION);
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads what [`Value::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            other => return Err(Error::UnknownVersion(other)),
        }
        let value = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }

    /// Writes the value into a larger encoding.
    pub fn write(&self, w: &mut Writer) {
        match self {
            Self::Unit => w.byte(tag::UNIT),
            Self::Bool(false) => w.byte(tag::FALSE),
            Self::Bool(true) => w.byte(tag::TRUE),
            Self::Int64(n) => signed(w, tag::INT64, i128::from(*n)),
            Self::Numeric(n) => {
                w.byte(tag::NUMERIC);
                w.byte(n.scale());
                w.signed(n.unscaled());
            }
            Self::Text(text) => named(w, tag::TEXT, text),
            Self::Timestamp(time) => signed(w, tag::TIMESTAMP, i128::from(time.micros())),
            Self::Date(days) => signed(w, tag::DATE, i128::from(*days)),
            Self::Party(party) => named(w, tag::PARTY, party.as_str()),
            Self::ContractId(id) => {
                w.byte(tag::CONTRACT_ID);
                w.bytes(id.as_bytes());
            }
            Self::Optional(None) => w.byte(tag::NONE),
            Self::Optional(Some(value)) => {
                w.byte(tag::SOME);
                value.write(w);
            }
            Self::Enum { constructor, .. } => named(w, tag::ENUM, constructor.as_str()),
            Self::Variant {
                constructor, value, ..
            } => {
                named(w, tag::VARIANT, constructor.as_str());
                value.write(w);
            }
            Self::List(_) | Self::TextMap(_) | Self::GenMap(_) | Self::Record(_) => {
                self.write_collection(w);
            }
        }
    }

    fn write_collection(&self, w: &mut Writer) {
        match self {
            Self::List(elements) => {
                w.byte(tag::LIST);
                w.list(elements.iter(), |w, element| element.write(w));
            }
            Self::TextMap(entries) => {
                w.byte(tag::TEXT_MAP);
                w.list(entries.iter(), |w, (key, value)| {
                    w.text(key);
                    value.write(w);
                });
            }
            Self::GenMap(entries) => {
                w.byte(tag::GEN_MAP);
                w.list(entries.iter(), |w, (key, value)| {
                    key.write(w);
                    value.write(w);
                });
            }
            Self::Record(record) => {
                w.byte(tag::RECORD);
                w.list(record.fields.iter(), |w, (_, value)| value.write(w));
            }
            _ => {}
        }
    }

    /// Reads a value out of a larger encoding.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        read(reader, 0)
    }
}

fn signed(w: &mut Writer, tag: u8, number: i128) {
    w.byte(tag);
    w.signed(number);
}

fn named(w: &mut Writer, tag: u8, text: &str) {
    w.byte(tag);
    w.text(text);
}

fn read(r: &mut Reader<'_>, depth: usize) -> Result<Value, Error> {
    if depth > NESTING_MAX {
        return Err(Error::TooDeep);
    }
    let tag = r.byte()?;
    Ok(match tag {
        tag::UNIT => Value::Unit,
        tag::FALSE => Value::Bool(false),
        tag::TRUE => Value::Bool(true),
        tag::INT64 => Value::Int64(r.int64()?),
        tag::NUMERIC => {
            let scale = r.byte()?;
            let numeric = Numeric::new(r.signed()?, scale);
            Value::Numeric(numeric.ok_or(Error::Malformed("numeric"))?)
        }
        tag::TEXT => Value::Text(text(r)?),
        tag::TIMESTAMP => {
            let time = Timestamp::from_micros(r.int64()?);
            Value::Timestamp(time.map_err(|_| Error::Malformed("timestamp"))?)
        }
        tag::DATE => {
            Value::Date(calendar::date_from_days(r.int64()?).ok_or(Error::Malformed("date"))?)
        }
        tag::PARTY => Value::Party(r.parsed("party", |text| Party::parse(text).ok())?),
        tag::CONTRACT_ID => {
            let id = ContractId::from_bytes(r.bytes()?);
            Value::ContractId(id.map_err(|_| Error::Malformed("contract id"))?)
        }
        tag::NONE => Value::Optional(None),
        tag::SOME => Value::Optional(Some(Box::new(read(r, depth + 1)?))),
        tag::ENUM => Value::Enum {
            id: None,
            constructor: name(r)?,
        },
        tag::VARIANT => Value::Variant {
            id: None,
            constructor: name(r)?,
            value: Box::new(read(r, depth + 1)?),
        },
        _ => read_collection(r, tag, depth)?,
    })
}

fn read_collection(r: &mut Reader<'_>, tag: u8, depth: usize) -> Result<Value, Error> {
    let next = depth + 1;
    match tag {
        tag::LIST => Ok(Value::List(r.list(|r| read(r, next))?)),
        tag::RECORD => {
            let fields = r.list(|r| Ok((None, read(r, next)?)))?;
            match fields.last() {
                Some((_, Value::Optional(None))) => Err(Error::NotCanonical("record")),
                _ => Ok(Value::Record(Record { id: None, fields })),
            }
        }
        tag::TEXT_MAP => {
            let entries = r.list(|r| Ok((text(r)?, read(r, next)?)))?;
            let sorted = entries.is_sorted_by(|(a, _), (b, _)| a < b);
            let canonical = sorted.then_some(Value::TextMap(entries));
            canonical.ok_or(Error::NotCanonical("text map"))
        }
        tag::GEN_MAP => {
            // the order of keys is that of their type, which is not known here
            let entries = r.list(|r| Ok((read(r, next)?, read(r, next)?)))?;
            Ok(Value::GenMap(entries))
        }
        _ => Err(Error::UnknownTag { what: "value", tag }),
    }
}

fn text(r: &mut Reader<'_>) -> Result<Arc<str>, Error> {
    let text = r.text()?;
    if text.contains('\0') {
        return Err(Error::Malformed("text"));
    }
    Ok(text.into())
}

fn name(r: &mut Reader<'_>) -> Result<Name, Error> {
    r.parsed("name", |text| Name::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use super::super::arbitrary;
    use super::*;
    use proptest::prelude::*;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(Value::Unit, |inner, _| {
            Value::Optional(Some(Box::new(inner)))
        })
    }

    #[test]
    fn a_hundred_levels_are_read_and_one_more_is_refused() {
        let deepest = nested(NESTING_MAX);
        assert_eq!(Value::from_bytes(&deepest.to_bytes()), Ok(deepest));
        let bytes = nested(NESTING_MAX + 1).to_bytes();
        assert_eq!(Value::from_bytes(&bytes), Err(Error::TooDeep));
    }

    #[test]
    fn only_the_canonical_bytes_are_read() {
        let read = Value::from_bytes;
        assert_eq!(read(&[2, 0]), Err(Error::UnknownVersion(2)));
        assert_eq!(read(&[1, 0, 0]), Err(Error::TrailingBytes(1)));
        assert_eq!(
            read(&[1, 99]),
            Err(Error::UnknownTag {
                what: "value",
                tag: 99
            })
        );
        let trailing_none = [1, tag::RECORD, 1, tag::NONE];
        assert_eq!(read(&trailing_none), Err(Error::NotCanonical("record")));
        let unsorted = [1, tag::TEXT_MAP, 2, 1, b'b', tag::UNIT, 1, b'a', tag::UNIT];
        assert_eq!(read(&unsorted), Err(Error::NotCanonical("text map")));
        let nul = [1, tag::TEXT, 1, 0];
        assert_eq!(read(&nul), Err(Error::Malformed("text")));
    }

    proptest! {
        #[test]
        fn values_round_trip(value in arbitrary::value()) {
            let bytes = value.to_bytes();
            prop_assert_eq!(Value::from_bytes(&bytes), Ok(value));
        }

        #[test]
        fn a_beginning_of_an_encoding_is_an_error(value in arbitrary::value(), cut: prop::sample::Index) {
            let bytes = value.to_bytes();
            prop_assert!(Value::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        }

        #[test]
        fn garbage_is_read_canonically_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = bytes;
            bytes.insert(0, VERSION);
            if let Ok(value) = Value::from_bytes(&bytes) {
                prop_assert_eq!(value.to_bytes(), bytes);
            }
        }
    }
}

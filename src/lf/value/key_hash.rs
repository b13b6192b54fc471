//! The hash of a contract key, which stands for the key wherever keys are compared.
//!
//! Source: Canton's hash of contract keys (of values in typed normal form), which the Ledger API
//! shows. It names types by module and name, so that versions of a package agree, and fields by
//! their labels; it leaves out what is `None` at the end of a record.

use sha2::{Digest, Sha256};

use super::{Record, Value};
use crate::lf::signature::{Instance, Shape, Signatures};
use crate::lf::types::Type;
use crate::model::{Hash, Identifier, Name, PackageName};

/// Version of the encoding: values in typed normal form.
const ENCODING: u8 = 3;
/// What is hashed: a contract key.
const PURPOSE: u8 = 9;
/// Version of what is hashed.
const VERSION: u8 = 1;

mod tag {
    pub(super) const INT64: u8 = 0;
    pub(super) const NUMERIC: u8 = 1;
    pub(super) const TEXT: u8 = 2;
    pub(super) const TIMESTAMP: u8 = 3;
    pub(super) const PARTY: u8 = 4;
    pub(super) const BOOL: u8 = 5;
    pub(super) const UNIT: u8 = 6;
    pub(super) const DATE: u8 = 7;
    pub(super) const RECORD: u8 = 8;
    pub(super) const VARIANT: u8 = 9;
    pub(super) const ENUM: u8 = 10;
    pub(super) const LIST: u8 = 11;
    pub(super) const OPTIONAL: u8 = 12;
    pub(super) const TEXT_MAP: u8 = 13;
    pub(super) const GEN_MAP: u8 = 14;
    pub(super) const END_OF_RECORD: u8 = 0xff;
}

/// The hash of a key in normal form. None if the value is not of the type, or has a contract id in
/// it.
pub(crate) fn key_hash(
    signatures: &Signatures,
    package_name: &PackageName,
    template: &Identifier,
    typ: &Type,
    key: &Value,
) -> Option<Hash> {
    let mut hasher = Hasher {
        signatures,
        digest: Sha256::new(),
    };
    hasher.digest.update([ENCODING, PURPOSE, VERSION]);
    hasher.text(package_name.as_str());
    hasher.name(template);
    hasher.value(typ, key)?;
    Some(Hash::from_bytes(hasher.digest.finalize().into()))
}

struct Hasher<'a> {
    signatures: &'a Signatures,
    digest: Sha256,
}

impl Hasher<'_> {
    fn byte(&mut self, byte: u8) {
        self.digest.update([byte]);
    }

    fn number(&mut self, number: usize) {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.digest.update(number.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.digest.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn name(&mut self, id: &Identifier) {
        for dotted in [id.module().as_str(), id.name().as_str()] {
            self.number(dotted.split('.').count());
            dotted.split('.').for_each(|segment| self.text(segment));
        }
    }

    fn value(&mut self, typ: &Type, value: &Value) -> Option<()> {
        let signatures = self.signatures;
        match (signatures.shape(typ).ok()?, value) {
            (Shape::Optional(of), Value::Optional(value)) => {
                self.byte(tag::OPTIONAL);
                self.byte(u8::from(value.is_some()));
                value.iter().try_for_each(|value| self.value(of, value))
            }
            (Shape::List(of), Value::List(values)) => {
                self.byte(tag::LIST);
                self.number(values.len());
                values.iter().try_for_each(|value| self.value(of, value))
            }
            (Shape::TextMap(of), Value::TextMap(entries)) => {
                self.byte(tag::TEXT_MAP);
                self.number(entries.len());
                entries.iter().try_for_each(|(key, value)| {
                    self.text(key);
                    self.value(of, value)
                })
            }
            (Shape::GenMap(key_type, of), Value::GenMap(entries)) => {
                self.byte(tag::GEN_MAP);
                self.number(entries.len());
                entries.iter().try_for_each(|(key, value)| {
                    self.value(key_type, key)?;
                    self.value(of, value)
                })
            }
            (Shape::Record(instance), Value::Record(record)) => self.record(&instance, record),
            (
                Shape::Variant(instance),
                Value::Variant {
                    constructor, value, ..
                },
            ) => self.variant(&instance, constructor, value),
            (Shape::Enum(instance), Value::Enum { constructor, .. }) => {
                let rank = instance.rank(constructor)?;
                self.byte(tag::ENUM);
                self.constructor(instance.id, constructor, rank);
                Some(())
            }
            (shape, value) => self.plain(&shape, value),
        }
    }

    fn plain(&mut self, shape: &Shape<'_>, value: &Value) -> Option<()> {
        match (shape, value) {
            (Shape::Unit, Value::Unit) => self.byte(tag::UNIT),
            (Shape::Bool, Value::Bool(b)) => {
                self.byte(tag::BOOL);
                self.byte(u8::from(*b));
            }
            (Shape::Int64, Value::Int64(n)) => {
                self.byte(tag::INT64);
                self.digest.update(n.to_be_bytes());
            }
            (Shape::Numeric(_), Value::Numeric(n)) => {
                self.byte(tag::NUMERIC);
                self.bytes(shortest(&n.unscaled().to_be_bytes()));
            }
            (Shape::Text, Value::Text(text)) => {
                self.byte(tag::TEXT);
                self.text(text);
            }
            (Shape::Timestamp, Value::Timestamp(time)) => {
                self.byte(tag::TIMESTAMP);
                self.digest.update(time.micros().to_be_bytes());
            }
            (Shape::Date, Value::Date(days)) => {
                self.byte(tag::DATE);
                self.digest.update(days.to_be_bytes());
            }
            (Shape::Party, Value::Party(party)) => {
                self.byte(tag::PARTY);
                self.text(party.as_str());
            }
            _ => return None,
        }
        Some(())
    }

    fn record(&mut self, instance: &Instance<'_, [(Name, Type)]>, record: &Record) -> Option<()> {
        self.byte(tag::RECORD);
        self.name(instance.id);
        let is_some = |(_, value): &(_, Value)| *value != Value::Optional(None);
        let told = record.fields.iter().rposition(is_some);
        let told = record.fields.get(..told.map_or(0, |last| last + 1))?;
        for (index, (_, value)) in told.iter().enumerate() {
            let (label, typ) = instance.cons.get(index)?;
            self.text(label.as_str());
            self.value(&instance.instantiate(typ), value)?;
        }
        self.byte(tag::END_OF_RECORD);
        Some(())
    }

    fn variant(
        &mut self,
        instance: &Instance<'_, [(Name, Type)]>,
        constructor: &Name,
        value: &Value,
    ) -> Option<()> {
        let rank = instance.rank(constructor)?;
        let (_, typ) = instance.cons.get(rank)?;
        self.byte(tag::VARIANT);
        self.constructor(instance.id, constructor, rank);
        self.value(&instance.instantiate(typ), value)
    }

    fn constructor(&mut self, id: &Identifier, constructor: &Name, rank: usize) {
        self.name(id);
        self.text(constructor.as_str());
        self.number(rank);
    }
}

/// A number in two's complement without bytes that say nothing but its sign.
fn shortest(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let [first, tail @ ..] = rest
        && let [second, ..] = tail
        && matches!((first, second), (0, 0..=0x7f) | (0xff, 0x80..=0xff))
    {
        rest = tail;
    }
    rest
}

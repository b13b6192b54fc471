//! Messages checked against their schemas.
//!
//! [`Message::read`] checks a message once (known fields, wire types, at most one of each, nesting);
//! the decoders then ask the [`View`] for fields by number.

use super::fault::Fault;
use super::limits;
use super::wire::{Fields, Packed, Value, int32};
use crate::lf::ast::LanguageVersion;

/// The schema of a message.
#[derive(Debug)]
pub(super) struct Message {
    /// Its name, for errors.
    pub(super) name: &'static str,
    /// Its fields.
    pub(super) fields: &'static [Field],
}

/// The schema of a field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: u32,
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// The first version of the language that has it.
    pub(super) since: LanguageVersion,
    /// The last version of the language that has it.
    pub(super) until: LanguageVersion,
}

/// Wire type and how often a field occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A number or flag, at most once.
    Number,
    /// A message, text or bytes, at most once.
    Bytes,
    /// Messages or texts.
    Many,
    /// Numbers, packed or not.
    ManyNumbers,
    /// A number that excludes the other cases of its `oneof`.
    CaseNumber,
    /// Eight bytes that exclude the other cases of their `oneof`.
    CaseFixed64,
    /// A message, text or bytes that excludes the other cases of its `oneof`.
    CaseBytes,
}

impl Field {
    /// The same field, but only from a version of the language on.
    pub(super) const fn since(self, since: LanguageVersion) -> Self {
        Self { since, ..self }
    }

    /// The same field, but only up to a version of the language.
    pub(super) const fn until(self, until: LanguageVersion) -> Self {
        Self { until, ..self }
    }

    fn is_case(&self) -> bool {
        matches!(
            self.shape,
            Shape::CaseNumber | Shape::CaseFixed64 | Shape::CaseBytes
        )
    }

    fn fits(&self, value: Value<'_>) -> bool {
        match self.shape {
            Shape::Number | Shape::CaseNumber => matches!(value, Value::Varint(_)),
            Shape::CaseFixed64 => matches!(value, Value::Fixed64(_)),
            Shape::Bytes | Shape::Many | Shape::CaseBytes => matches!(value, Value::Bytes(_)),
            Shape::ManyNumbers => matches!(value, Value::Varint(_) | Value::Bytes(_)),
        }
    }
}

/// The bytes of a message and how deep in other messages it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    depth: u32,
}

impl<'a> Body<'a> {
    /// A message in no other.
    pub(super) fn outermost(bytes: &'a [u8]) -> Self {
        Self { bytes, depth: 0 }
    }
}

/// Singular fields of a message that a view has room for; schemas are checked to have no more.
pub(super) const SLOTS: usize = 9;

/// A message that fits its schema.
#[derive(Debug)]
pub(super) struct View<'a> {
    message: &'static Message,
    body: Body<'a>,
    slots: [(u32, Value<'a>); SLOTS],
    used: usize,
    case: Option<(&'static Field, Value<'a>)>,
}

/// The case of a `oneof` that is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// The field's number.
    pub(super) number: u32,
    value: Value<'a>,
    depth: u32,
}

impl<'a> Case<'a> {
    /// The message, text or bytes of a case that is one.
    pub(super) fn body(&self) -> Body<'a> {
        Body {
            bytes: match self.value {
                Value::Bytes(bytes) => bytes,
                _ => &[],
            },
            depth: self.depth + 1,
        }
    }

    /// The number of a case that is one.
    pub(super) fn raw(&self) -> u64 {
        match self.value {
            Value::Varint(number) | Value::Fixed64(number) => number,
            _ => 0,
        }
    }

    /// The 32-bit number of a case that is one.
    pub(super) fn int(&self) -> i32 {
        int32(self.raw())
    }
}

impl Message {
    /// Checks a message against this schema.
    pub(super) fn read<'a>(
        &'static self,
        body: Body<'a>,
        version: LanguageVersion,
    ) -> Result<View<'a>, Fault> {
        let max = limits::message_depth_max(version);
        if body.depth > max {
            return Err(Fault::TooDeep {
                what: "a message",
                max,
            });
        }
        let mut view = View {
            message: self,
            body,
            slots: [(0, Value::Fixed32); SLOTS],
            used: 0,
            case: None,
        };
        for field in Fields::of(body.bytes) {
            let (number, value) = field?;
            let field = self.field(number, value, version)?;
            #[cfg(test)]
            super::seen::note(self.name, field.name);
            view.put(field, value)?;
        }
        Ok(view)
    }

    /// Most fields stand where their number says.
    fn lookup(&'static self, number: u32) -> Option<&'static Field> {
        let guess = self.fields.get((number as usize).wrapping_sub(1));
        match guess {
            Some(field) if field.number == number => guess,
            _ => self.fields.iter().find(|field| field.number == number),
        }
    }

    fn field(
        &'static self,
        number: u32,
        value: Value<'_>,
        version: LanguageVersion,
    ) -> Result<&'static Field, Fault> {
        let field = self.lookup(number).ok_or(Fault::UnknownField {
            message: self.name,
            number,
        })?;
        if !field.fits(value) {
            return Err(Fault::WireType {
                message: self.name,
                field: field.name,
            });
        }
        if version < field.since || version > field.until {
            return Err(Fault::Version {
                what: field.name,
                version,
            });
        }
        Ok(field)
    }
}

impl<'a> View<'a> {
    fn put(&mut self, field: &'static Field, value: Value<'a>) -> Result<(), Fault> {
        let repeated = Fault::Repeated {
            message: self.message.name,
            field: field.name,
        };
        if field.is_case() {
            return match self.case.replace((field, value)) {
                None => Ok(()),
                Some(_) => Err(repeated),
            };
        }
        if matches!(field.shape, Shape::Many | Shape::ManyNumbers) {
            return Ok(());
        }
        if self.slot(field.number).is_some() {
            return Err(repeated);
        }
        if let Some(slot) = self.slots.get_mut(self.used) {
            *slot = (field.number, value);
            self.used += 1;
        }
        Ok(())
    }

    fn slot(&self, number: u32) -> Option<Value<'a>> {
        self.slots[..self.used]
            .iter()
            .find(|(found, _)| *found == number)
            .map(|(_, value)| *value)
    }

    fn name_of(&self, number: u32) -> &'static str {
        let field = self.message.lookup(number);
        field.map_or("a field", |field| field.name)
    }

    /// A fault about a field of this message that must be there.
    pub(super) fn missing(&self, number: u32) -> Fault {
        Fault::Missing {
            message: self.message.name,
            field: self.name_of(number),
        }
    }

    /// The message in a field, if it is there.
    pub(super) fn optional(&self, number: u32) -> Option<Body<'a>> {
        match self.slot(number)? {
            Value::Bytes(bytes) => Some(self.inner(bytes)),
            _ => None,
        }
    }

    /// The message in a field that must be there.
    pub(super) fn body(&self, number: u32) -> Result<Body<'a>, Fault> {
        self.optional(number).ok_or_else(|| self.missing(number))
    }

    /// The bytes or text in a field; empty when it is not there, as protobuf has it.
    pub(super) fn bytes(&self, number: u32) -> &'a [u8] {
        self.optional(number).map_or(&[], |body| body.bytes)
    }

    /// The 32-bit number in a field; 0 when it is not there, as protobuf has it.
    pub(super) fn int(&self, number: u32) -> i32 {
        match self.slot(number) {
            Some(Value::Varint(value)) => int32(value),
            _ => 0,
        }
    }

    /// The flag in a field; not set when it is not there.
    pub(super) fn flag(&self, number: u32) -> bool {
        matches!(self.slot(number), Some(Value::Varint(1..)))
    }

    /// The messages or texts of a repeated field.
    pub(super) fn many(&self, number: u32) -> impl Iterator<Item = Body<'a>> + use<'a> {
        let depth = self.body.depth + 1;
        Fields::of(self.body.bytes)
            .filter_map(Result::ok)
            .filter_map(move |field| match field {
                (found, Value::Bytes(bytes)) if found == number => Some(Body { bytes, depth }),
                _ => None,
            })
    }

    /// The messages of a repeated field that must not be empty.
    pub(super) fn some(&self, number: u32) -> Result<Vec<Body<'a>>, Fault> {
        let bodies: Vec<_> = self.many(number).collect();
        if bodies.is_empty() {
            return Err(Fault::Empty {
                what: self.name_of(number),
            });
        }
        Ok(bodies)
    }

    /// The numbers of a repeated field.
    pub(super) fn numbers(&self, number: u32) -> Result<Vec<i32>, Fault> {
        let mut numbers = Vec::new();
        for field in Fields::of(self.body.bytes) {
            match field? {
                (found, Value::Varint(value)) if found == number => numbers.push(int32(value)),
                (found, Value::Bytes(bytes)) if found == number => {
                    for value in Packed::of(bytes) {
                        numbers.push(int32(value?));
                    }
                }
                _ => {}
            }
        }
        Ok(numbers)
    }

    /// The case of the `oneof` that is set, if one is.
    pub(super) fn optional_case(&self) -> Option<Case<'a>> {
        self.case.map(|(field, value)| Case {
            number: field.number,
            value,
            depth: self.body.depth,
        })
    }

    /// The case of the `oneof`, of which one must be set.
    pub(super) fn case(&self) -> Result<Case<'a>, Fault> {
        self.optional_case().ok_or(Fault::Missing {
            message: self.message.name,
            field: "a case",
        })
    }

    fn inner(&self, bytes: &'a [u8]) -> Body<'a> {
        Body {
            bytes,
            depth: self.body.depth + 1,
        }
    }
}

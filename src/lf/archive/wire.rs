//! Protobuf's wire format: a message is a list of numbered fields.
//!
//! Reading is bounds-checked and never panics; writing gives the canonical form (no default values,
//! fields in ascending order, packed numbers).

use super::fault::Fault;

/// What a field holds, before its meaning is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A number of variable length.
    Varint(u64),
    /// Eight bytes, little end first.
    Fixed64(u64),
    /// A text, bytes, a message or packed numbers.
    Bytes(&'a [u8]),
    /// Four bytes; no message of ours has such a field.
    Fixed32,
}

/// The fields of a message, in the order of its bytes.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    /// Starts at the beginning of a message.
    pub(super) fn of(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Fault> {
        let tag = varint(&mut self.rest)?;
        let number = u32::try_from(tag >> 3).map_err(|_| Fault::Tag(tag))?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => Value::Fixed64(u64::from_le_bytes(*take(&mut self.rest)?)),
            2 => {
                let length = varint(&mut self.rest)?;
                Value::Bytes(take_slice(&mut self.rest, length)?)
            }
            5 => {
                let _: &[u8; 4] = take(&mut self.rest)?;
                Value::Fixed32
            }
            _ => return Err(Fault::Tag(tag)),
        };
        if number == 0 {
            return Err(Fault::Tag(tag));
        }
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Packed numbers: one after the other without tags.
#[derive(Debug, Clone)]
pub(super) struct Packed<'a> {
    rest: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Starts at the beginning of the bytes.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl Iterator for Packed<'_> {
    type Item = Result<u64, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let number = varint(&mut self.rest);
        if number.is_err() {
            self.rest = &[];
        }
        Some(number)
    }
}

/// Reads a number of up to ten bytes with seven bits each, least significant first.
fn varint(rest: &mut &[u8]) -> Result<u64, Fault> {
    let mut number = 0u64;
    for (index, &byte) in rest.iter().enumerate().take(10) {
        // the tenth byte has room for one bit; what is above it is dropped, as everywhere
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = rest.get(index + 1..).unwrap_or_default();
            return Ok(number);
        }
    }
    Err(if rest.len() < 10 {
        Fault::Truncated
    } else {
        Fault::LongNumber
    })
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Fault> {
    let (head, tail) = rest.split_first_chunk().ok_or(Fault::Truncated)?;
    *rest = tail;
    Ok(head)
}

fn take_slice<'a>(rest: &mut &'a [u8], length: u64) -> Result<&'a [u8], Fault> {
    let length = usize::try_from(length).map_err(|_| Fault::Truncated)?;
    let (head, tail) = rest.split_at_checked(length).ok_or(Fault::Truncated)?;
    *rest = tail;
    Ok(head)
}

/// A 32-bit number: protobuf writes a negative one with ten bytes and reads the low half.
#[allow(
    clippy::cast_possible_truncation,
    reason = "the low half is the number"
)]
pub(super) fn int32(varint: u64) -> i32 {
    varint as i32
}

/// A signed number in zigzag form: 0, -1, 1, -2, …
pub(super) fn zigzag(varint: u64) -> i64 {
    (varint >> 1).cast_signed() ^ -((varint & 1).cast_signed())
}

/// Builds a message.
#[derive(Debug, Default, Clone)]
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty message.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The bytes written so far.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn raw_varint(&mut self, mut number: u64) {
        loop {
            let [low, ..] = number.to_le_bytes();
            number >>= 7;
            if number == 0 {
                self.bytes.push(low & 0x7f);
                return;
            }
            self.bytes.push(low | 0x80);
        }
    }

    fn tag(&mut self, field: u32, wire_type: u64) {
        self.raw_varint(u64::from(field) << 3 | wire_type);
    }

    /// A number; nothing is written for 0.
    pub(super) fn number(&mut self, field: u32, number: u64) {
        if number != 0 {
            self.case_number(field, number);
        }
    }

    /// A number that is written even when it is 0: a case of a `oneof`.
    pub(super) fn case_number(&mut self, field: u32, number: u64) {
        self.tag(field, 0);
        self.raw_varint(number);
    }

    /// A signed number in zigzag form, written even when it is 0.
    pub(super) fn case_zigzag(&mut self, field: u32, number: i64) {
        let zigzag = (number << 1) ^ (number >> 63);
        self.case_number(field, zigzag.cast_unsigned());
    }

    /// Eight bytes, written even when they are 0.
    pub(super) fn case_fixed64(&mut self, field: u32, number: i64) {
        self.tag(field, 1);
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    /// A flag; nothing is written for `false`.
    pub(super) fn flag(&mut self, field: u32, flag: bool) {
        self.number(field, u64::from(flag));
    }

    /// Bytes, a text or a finished message; written even when empty.
    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, 2);
        self.raw_varint(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    /// Numbers in packed form; nothing is written when there are none.
    pub(super) fn packed(&mut self, field: u32, numbers: impl IntoIterator<Item = u64>) {
        let mut inner = Self::new();
        for number in numbers {
            inner.raw_varint(number);
        }
        if !inner.bytes.is_empty() {
            self.bytes(field, &inner.bytes);
        }
    }

    /// A message inside this one.
    pub(super) fn message(&mut self, field: u32, inner: &Self) {
        self.bytes(field, &inner.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_reads_back_what_was_written() {
        let mut writer = Writer::new();
        writer.number(1, 300);
        writer.number(2, 0);
        writer.case_number(3, 0);
        writer.case_zigzag(4, -3);
        writer.case_fixed64(5, -1);
        writer.bytes(6, b"ab");
        writer.packed(7, [1, 128]);
        let bytes = writer.into_bytes();
        let fields: Vec<_> = Fields::of(&bytes).map(Result::unwrap).collect();
        assert_eq!(
            fields,
            [
                (1, Value::Varint(300)),
                (3, Value::Varint(0)),
                (4, Value::Varint(5)),
                (5, Value::Fixed64(u64::MAX)),
                (6, Value::Bytes(b"ab")),
                (7, Value::Bytes(&[1, 0x80, 1])),
            ]
        );
        assert_eq!(zigzag(5), -3);
        assert_eq!(int32(u64::MAX), -1);
    }

    #[test]
    fn a_message_cut_short_is_a_fault() {
        for bytes in [
            &[0x08][..],
            &[0x08, 0x80],
            &[0x12, 5, 1],
            &[0x09, 1, 2],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] {
            let last = Fields::of(bytes).last();
            assert_eq!(last, Some(Err(Fault::Truncated)), "{bytes:?}");
        }
        let long = [[0x08].as_slice(), &[0xff; 10], &[1]].concat();
        assert_eq!(Fields::of(&long).next(), Some(Err(Fault::LongNumber)));
    }

    #[test]
    fn groups_and_field_zero_are_refused() {
        assert!(matches!(
            Fields::of(&[0x0b]).next(),
            Some(Err(Fault::Tag(_)))
        ));
        assert!(matches!(
            Fields::of(&[0x00, 1]).next(),
            Some(Err(Fault::Tag(_)))
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_fields_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for field in Fields::of(&bytes) {
                if field.is_err() { break; }
            }
        }

        #[test]
        fn zigzag_is_its_own_inverse(number in any::<i64>()) {
            let mut writer = Writer::new();
            writer.case_zigzag(1, number);
            let bytes = writer.into_bytes();
            let Some(Ok((1, Value::Varint(read)))) = Fields::of(&bytes).next() else {
                panic!("no number");
            };
            prop_assert_eq!(zigzag(read), number);
        }
    }
}

//! Writing and reading canonical bytes: one encoding per content, so that bytes can be hashed and
//! compared.
//!
//! Numbers are little-endian base 128 with no superfluous groups (signed ones zigzag first); texts
//! and byte strings are preceded by their length; lists by their count. The reader trusts nothing:
//! every count is checked against the bytes that are left before anything is allocated.

use std::sync::Arc;

/// Why bytes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes end in the middle.
    #[error("the encoding is truncated")]
    Truncated,
    /// Bytes are left over.
    #[error("{0} bytes follow the encoding")]
    TrailingBytes(usize),
    /// The version is none that we know.
    #[error("unknown version {0} of the encoding")]
    UnknownVersion(u8),
    /// No alternative has this number.
    #[error("unknown tag {tag} in {what}")]
    UnknownTag {
        /// What was read.
        what: &'static str,
        /// The number.
        tag: u8,
    },
    /// Another encoding of the same content is the canonical one.
    #[error("{0} is not in canonical form")]
    NotCanonical(&'static str),
    /// Readable, but outside of what it may be.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// Values are nested deeper than the language allows.
    #[error("values are nested too deep")]
    TooDeep,
}

/// Collects canonical bytes, or only counts them.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    /// How many bytes there would be, if they are only counted.
    counted: Option<usize>,
}

impl Writer {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that keeps nothing: it tells how long an encoding would be.
    pub fn counting() -> Self {
        Self {
            bytes: Vec::new(),
            counted: Some(0),
        }
    }

    /// How many bytes have been written.
    pub fn length(&self) -> usize {
        self.counted.unwrap_or(self.bytes.len())
    }

    /// All bytes; none if they were only counted.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        match &mut self.counted {
            Some(counted) => *counted = counted.saturating_add(1),
            None => self.bytes.push(byte),
        }
    }

    /// Yes or no.
    pub fn flag(&mut self, flag: bool) {
        self.byte(u8::from(flag));
    }

    /// A number that is not negative.
    pub fn number(&mut self, number: u64) {
        self.wide(u128::from(number));
    }

    /// A signed number.
    pub fn signed(&mut self, number: i128) {
        self.wide((number << 1).cast_unsigned() ^ (number >> 127).cast_unsigned());
    }

    fn wide(&mut self, mut rest: u128) {
        while rest >= 0x80 {
            self.byte(0x80 | low_seven_bits(rest));
            rest >>= 7;
        }
        self.byte(low_seven_bits(rest));
    }

    /// The number of elements that follow.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Bytes with their length.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.fixed(bytes);
    }

    /// Bytes whose length is known to the reader.
    pub fn fixed(&mut self, bytes: &[u8]) {
        match &mut self.counted {
            Some(counted) => *counted = counted.saturating_add(bytes.len()),
            None => self.bytes.extend_from_slice(bytes),
        }
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A list.
    pub fn list<T>(
        &mut self,
        elements: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.count(elements.len());
        for element in elements {
            each(self, element);
        }
    }

    /// Something or nothing.
    pub fn option<T>(&mut self, option: Option<T>, each: impl FnOnce(&mut Self, T)) {
        self.flag(option.is_some());
        if let Some(element) = option {
            each(self, element);
        }
    }
}

fn low_seven_bits(number: u128) -> u8 {
    u8::try_from(number & 0x7f).unwrap_or(0)
}

/// Reads canonical bytes.
#[derive(Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Reads from the beginning.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Fails if bytes are left.
    pub fn finish(self) -> Result<(), Error> {
        match self.0.len() {
            0 => Ok(()),
            left => Err(Error::TrailingBytes(left)),
        }
    }

    /// One byte.
    pub fn byte(&mut self) -> Result<u8, Error> {
        let (first, rest) = self.0.split_first().ok_or(Error::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    /// Yes or no.
    pub fn flag(&mut self) -> Result<bool, Error> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Error::NotCanonical("flag")),
        }
    }

    /// A number that is not negative.
    pub fn number(&mut self) -> Result<u64, Error> {
        u64::try_from(self.wide()?).map_err(|_| Error::Malformed("number"))
    }

    /// A signed number.
    pub fn signed(&mut self) -> Result<i128, Error> {
        let wide = self.wide()?;
        Ok((wide >> 1).cast_signed() ^ -((wide & 1).cast_signed()))
    }

    /// A signed number of 64 bits.
    pub fn int64(&mut self) -> Result<i64, Error> {
        i64::try_from(self.signed()?).map_err(|_| Error::Malformed("integer"))
    }

    fn wide(&mut self) -> Result<u128, Error> {
        let mut number: u128 = 0;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            let group = u128::from(byte & 0x7f);
            if shift == 126 && group > 3 {
                return Err(Error::Malformed("number"));
            }
            number |= group << shift;
            if byte & 0x80 == 0 {
                let superfluous = group == 0 && shift > 0;
                return if superfluous {
                    Err(Error::NotCanonical("number"))
                } else {
                    Ok(number)
                };
            }
        }
        Err(Error::Malformed("number"))
    }

    /// A count of elements that take at least `size_min` bytes each.
    pub fn count(&mut self, size_min: usize) -> Result<usize, Error> {
        let count = usize::try_from(self.number()?).map_err(|_| Error::Truncated)?;
        let needed = count.checked_mul(size_min).ok_or(Error::Truncated)?;
        if needed > self.0.len() {
            return Err(Error::Truncated);
        }
        Ok(count)
    }

    /// Bytes with their length.
    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let length = self.count(1)?;
        self.fixed(length)
    }

    /// Bytes of a known length.
    pub fn fixed(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(Error::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// Exactly 32 bytes.
    pub fn hash(&mut self) -> Result<[u8; 32], Error> {
        self.fixed(32)?.try_into().map_err(|_| Error::Truncated)
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'a str, Error> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Error::Malformed("text"))
    }

    /// A text that stays.
    pub fn shared_text(&mut self) -> Result<Arc<str>, Error> {
        self.text().map(Arc::from)
    }

    /// A text of a kind that checks it.
    pub fn parsed<T>(
        &mut self,
        what: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        parse(self.text()?).ok_or(Error::Malformed(what))
    }

    /// A list.
    pub fn list<T>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let count = self.count(1)?;
        (0..count).map(|_| each(self)).collect()
    }

    /// Something or nothing.
    pub fn option<T>(
        &mut self,
        each: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        if self.flag()? {
            each(self).map(Some)
        } else {
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn superfluous_groups_and_overlong_numbers_are_refused() {
        let read = |bytes: &[u8]| Reader::new(bytes).number();
        assert_eq!(read(&[0x80, 0x00]), Err(Error::NotCanonical("number")));
        assert_eq!(read(&[0x80]), Err(Error::Truncated));
        assert_eq!(read(&[0xff; 19]), Err(Error::Malformed("number")));
        assert_eq!(
            Reader::new(&[0xff; 30]).signed(),
            Err(Error::Malformed("number"))
        );
    }

    #[test]
    fn a_count_beyond_the_bytes_allocates_nothing() {
        let mut writer = Writer::new();
        writer.number(u64::MAX);
        let bytes = writer.finish();
        assert_eq!(Reader::new(&bytes).bytes(), Err(Error::Truncated));
        assert_eq!(
            Reader::new(&bytes).list(Reader::byte),
            Err(Error::Truncated)
        );
    }

    proptest! {
        #[test]
        fn numbers_round_trip(unsigned: u64, signed: i128, flag: bool, text: String) {
            let mut writer = Writer::new();
            writer.number(unsigned);
            writer.signed(signed);
            writer.option(flag.then_some(&text), |w, t| w.text(t));
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.number(), Ok(unsigned));
            prop_assert_eq!(reader.signed(), Ok(signed));
            let read = reader.option(|r| r.text().map(str::to_owned));
            prop_assert_eq!(read, Ok(flag.then_some(text)));
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }
}

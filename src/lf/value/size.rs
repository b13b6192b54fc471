//! How large values are: their encoding, and in memory.

use super::Value;
use crate::lf::codec::Writer;

/// Bytes of a part of a value.
pub(crate) const PART_BYTES: usize = size_of::<Value>();
/// Bytes of a field of a record.
pub(crate) const FIELD_BYTES: usize = size_of::<(Option<crate::model::Name>, Value)>();
/// Bytes of the reference to a key of a text map.
pub(crate) const TEXT_KEY_BYTES: usize = size_of::<std::sync::Arc<str>>();
/// Bytes that an allocation takes besides its contents, about.
pub(crate) const ALLOCATION_BYTES: usize = 16;

impl Value {
    /// Bytes that [`Value::write`] writes.
    pub fn encoded_bytes(&self) -> usize {
        let mut writer = Writer::counting();
        self.write(&mut writer);
        writer.length()
    }

    /// Bytes that it takes in memory, without its texts, which may be shared.
    pub(crate) fn memory_bytes(&self) -> usize {
        let mut bytes = PART_BYTES;
        let mut open = vec![self];
        while let Some(value) = open.pop() {
            let (count, size) = match value {
                Self::Optional(Some(value)) | Self::Variant { value, .. } => {
                    open.push(value);
                    (1, PART_BYTES)
                }
                Self::List(values) => {
                    open.extend(values.iter().filter(|value| value.has_parts()));
                    (values.len(), PART_BYTES)
                }
                Self::TextMap(entries) => {
                    open.extend(entries.iter().map(|(_, value)| value));
                    (entries.len(), TEXT_KEY_BYTES + PART_BYTES)
                }
                Self::GenMap(entries) => {
                    open.extend(entries.iter().flat_map(|(key, value)| [key, value]));
                    (entries.len(), 2 * PART_BYTES)
                }
                Self::Record(record) => {
                    open.extend(record.fields.iter().map(|(_, value)| value));
                    (record.fields.len(), FIELD_BYTES)
                }
                _ => continue,
            };
            bytes += ALLOCATION_BYTES + count * size;
        }
        bytes
    }

    fn has_parts(&self) -> bool {
        matches!(
            self,
            Self::Optional(Some(_))
                | Self::Variant { .. }
                | Self::List(_)
                | Self::TextMap(_)
                | Self::GenMap(_)
                | Self::Record(_)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::arbitrary;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_counted_is_what_is_written(value in arbitrary::value()) {
            // but for the version in front
            prop_assert_eq!(value.encoded_bytes() + 1, value.to_bytes().len());
        }
    }
}

//! Update masks: which fields a change is about.

use prost_types::FieldMask;

/// Paths of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UpdateMask(Vec<Vec<String>>);

/// What is wrong with a mask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MaskError {
    /// It has no paths.
    #[error("The update mask contains no entries")]
    Empty,
    /// A path names no field.
    #[error("The update path: '{0}' points to an unknown field.")]
    Unknown(String),
    /// A path is there twice.
    #[error("The update path: '{0}' is duplicated.")]
    Duplicated(String),
}

impl UpdateMask {
    /// A mask for a message with these fields, or with parts of them.
    pub(crate) fn new(mask: &FieldMask, fields: &[&str]) -> Result<Self, MaskError> {
        if mask.paths.is_empty() {
            return Err(MaskError::Empty);
        }
        let mut paths: Vec<Vec<String>> = Vec::new();
        for text in &mask.paths {
            let path: Vec<String> = text.split('.').map(ToOwned::to_owned).collect();
            let is_known = |field: &&str| {
                let mut parts = field.split('.');
                path.iter().all(|part| parts.next() == Some(part))
            };
            if !fields.iter().any(is_known) {
                return Err(MaskError::Unknown(shorten(text)));
            }
            if paths.contains(&path) {
                return Err(MaskError::Duplicated(shorten(text)));
            }
            paths.push(path);
        }
        Ok(Self(paths))
    }

    /// The new value of a field, if it is to be changed. A field that is meant only as part of
    /// something larger is changed only if its value is not the default.
    pub(crate) fn change<T: PartialEq>(&self, field: &str, new: T, default: &T) -> Option<T> {
        let field: Vec<&str> = field.split('.').collect();
        let matched = |path: &&Vec<String>| path.iter().zip(&field).all(|(a, b)| a == b);
        let mut lengths = self.0.iter().filter(matched).map(Vec::len);
        let is_exact = lengths.any(|length| length == field.len());
        let is_part = self
            .0
            .iter()
            .any(|path| path.len() < field.len() && matched(&path));
        (is_exact || (is_part && new != *default)).then_some(new)
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() > 53 {
        let start: String = text.chars().take(50).collect();
        format!("{start}...")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[&str] = &["id", "is_deactivated", "metadata.annotations"];

    fn mask(paths: &[&str]) -> Result<UpdateMask, MaskError> {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        UpdateMask::new(&FieldMask { paths }, FIELDS)
    }

    #[test]
    fn a_mask_names_fields_or_parts_of_paths_each_once() {
        assert!(mask(&["id", "metadata"]).is_ok());
        assert_eq!(mask(&[]), Err(MaskError::Empty));
        for bad in [
            "nope",
            "",
            "metadata.nope",
            "id.x",
            "metadata.annotations.x",
        ] {
            assert_eq!(mask(&[bad]), Err(MaskError::Unknown(bad.to_owned())));
        }
        assert_eq!(
            mask(&["id", "id"]),
            Err(MaskError::Duplicated("id".to_owned()))
        );
    }

    #[test]
    fn what_is_named_exactly_can_be_reset_and_what_is_part_of_it_cannot() {
        let exact = mask(&["is_deactivated"]).unwrap();
        assert_eq!(exact.change("is_deactivated", false, &false), Some(false));
        assert_eq!(exact.change("metadata.annotations", 1, &0), None);
        let part = mask(&["metadata"]).unwrap();
        assert_eq!(part.change("metadata.annotations", 1, &0), Some(1));
        assert_eq!(part.change("metadata.annotations", 0, &0), None);
        assert_eq!(part.change("is_deactivated", true, &false), None);
    }
}

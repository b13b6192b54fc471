//! Enums.

use super::data::{reordered, without};
use super::violation::{Origin, Violation};
use crate::model::Name;

pub(super) fn check(past: &[Name], present: &[Name], origin: &Origin) -> Result<(), Violation> {
    let removed = without(past.iter(), present.iter());
    if !removed.is_empty() {
        return Err(Violation::RemovedEnumConstructors {
            origin: origin.clone(),
            removed,
        });
    }
    match reordered(past.iter(), present.iter()) {
        None => Ok(()),
        Some((past, present)) => Err(Violation::ReorderedEnum {
            origin: origin.clone(),
            past,
            present,
        }),
    }
}

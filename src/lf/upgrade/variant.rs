//! Variants. The fields of a constructor are a record of their own, compared as such.

use super::data::{Compared, reordered, without};
use super::violation::Violation;
use crate::lf::types::Type;
use crate::model::Name;

type Constructors = [(Name, Type)];

pub(super) fn check(
    past: &Constructors,
    present: &Constructors,
    compared: &Compared<'_>,
) -> Result<(), Violation> {
    let origin = || compared.origin.clone();
    let removed = without(names(past), names(present));
    if !removed.is_empty() {
        return Err(Violation::RemovedConstructors {
            origin: origin(),
            removed,
        });
    }
    let changed = compared.changes(past, present);
    if !changed.is_empty() {
        return Err(Violation::ChangedConstructors {
            origin: origin(),
            changed,
        });
    }
    match reordered(names(past), names(present)) {
        None => Ok(()),
        Some((past, present)) => Err(Violation::ReorderedConstructors {
            origin: origin(),
            past,
            present,
        }),
    }
}

fn names(constructors: &Constructors) -> impl Iterator<Item = &Name> {
    constructors.iter().map(|(name, _)| name)
}

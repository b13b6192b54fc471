//! Data types, whatever they are.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::{Module, Pair};
use super::types::{Types, is_same_kind};
use super::violation::{LISTED_MAX, Origin, Violation};
use super::{enumeration, record, variant};
use crate::lf::signature::{DataCons, DataType};
use crate::lf::types::Type;
use crate::model::{DottedName, Name};

/// A serialisable data type in both versions, for the file of its kind.
pub(super) struct Compared<'a> {
    /// What it is there for.
    pub origin: &'a Origin,
    data: Pair<&'a DataType>,
    types: &'a Types<'a>,
}

/// Names that are in both versions with types that differ, and how.
pub(super) type Changes = Vec<(Name, super::violation::Change)>;

impl Compared<'_> {
    /// The first fields or constructors whose types have changed, more than a message lists.
    pub(super) fn changes(&self, past: &[(Name, Type)], present: &[(Name, Type)]) -> Changes {
        let params = (&self.data.past.params[..], &self.data.present.params[..]);
        let present: BTreeMap<&Name, &Type> = present.iter().map(|(name, it)| (name, it)).collect();
        let changes = past.iter().filter_map(|(name, past)| {
            let change = self.types.change((past, present.get(name)?), params)?;
            Some((name.clone(), change))
        });
        changes.take(LISTED_MAX + 1).collect()
    }
}

/// A data type that is in both versions.
pub(super) fn check(
    name: &DottedName,
    data: Pair<&DataType>,
    modules: Pair<&Module<'_>>,
    types: &Types<'_>,
) -> Result<(), Violation> {
    let Pair { past, present } = data;
    let origin = modules.present.origin(name);
    match (past.serializable, present.serializable) {
        (true, true) => {}
        (true, false) => return Err(Violation::BecameUnserializable(origin)),
        // what could not be on the ledger may become anything
        (false, _) => return Ok(()),
    }
    let was = modules.past.origin(name);
    if !was.is_same(&origin) {
        return Err(Violation::ChangedOrigin {
            name: name.clone(),
            past: was,
            present: origin,
        });
    }
    check_parameters(data, &origin)?;
    let compared = Compared {
        origin: &origin,
        data,
        types,
    };
    match (&past.cons, &present.cons) {
        (DataCons::Record(past), DataCons::Record(present)) => {
            record::check(past, present, &compared)
        }
        (DataCons::Variant(past), DataCons::Variant(present)) => {
            variant::check(past, present, &compared)
        }
        (DataCons::Enum(past), DataCons::Enum(present)) => {
            enumeration::check(past, present, &origin)
        }
        (DataCons::Interface, DataCons::Interface) => Ok(()),
        (past, present) => Err(Violation::ChangedVariety {
            name: name.clone(),
            past: variety(past),
            present: variety(present),
        }),
    }
}

fn check_parameters(data: Pair<&DataType>, origin: &Origin) -> Result<(), Violation> {
    let (past, present) = (&data.past.kinds, &data.present.kinds);
    if past.len() != present.len() {
        return Err(Violation::ChangedParameterCount {
            origin: origin.clone(),
            past: past.len(),
            present: present.len(),
        });
    }
    let mut kinds = past.iter().zip(present).zip(&data.present.params);
    match kinds.find(|((past, present), _)| !is_same_kind(past, present)) {
        None => Ok(()),
        Some((_, parameter)) => Err(Violation::ChangedParameterKind {
            origin: origin.clone(),
            parameter: parameter.clone(),
        }),
    }
}

fn variety(cons: &DataCons) -> &'static str {
    match cons {
        DataCons::Record(_) => "record",
        DataCons::Variant(_) => "variant",
        DataCons::Enum(_) => "enum",
        DataCons::Interface => "interface",
    }
}

/// The first place where the order differs, as far as both go.
pub(super) fn reordered<'a>(
    past: impl Iterator<Item = &'a Name>,
    present: impl Iterator<Item = &'a Name>,
) -> Option<(Name, Name)> {
    let moved = past.zip(present).find(|(past, present)| past != present);
    moved.map(|(past, present)| (past.clone(), present.clone()))
}

/// The names that are in one list and not in the other.
pub(super) fn without<'a>(
    names: impl Iterator<Item = &'a Name>,
    others: impl Iterator<Item = &'a Name>,
) -> Vec<Name> {
    let others: BTreeSet<&Name> = others.collect();
    names
        .filter(|name| !others.contains(name))
        .cloned()
        .collect()
}

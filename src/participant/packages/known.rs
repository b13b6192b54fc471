//! Which packages there are: pure.

use std::collections::BTreeMap;

use crate::model::{PackageId, PackageName, PackageVersion, Timestamp};

/// What is known of a package without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: PackageVersion,
    /// When it was uploaded first.
    pub known_since: Timestamp,
    /// The bytes of its payload.
    pub size: usize,
}

/// The packages of a participant.
#[derive(Debug, Clone, Default)]
pub struct KnownPackages {
    by_id: BTreeMap<PackageId, Known>,
}

impl KnownPackages {
    /// Adds a package; one that is known already stays as it is.
    pub fn insert(&mut self, id: PackageId, known: Known) {
        self.by_id.entry(id).or_insert(known);
    }

    /// A package.
    pub fn get(&self, id: &PackageId) -> Option<&Known> {
        self.by_id.get(id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All packages by id.
    pub fn iter(&self) -> impl Iterator<Item = (&PackageId, &Known)> {
        self.by_id.iter()
    }

    /// The packages with a name, the newest version first; equal versions by id.
    pub fn versions(&self, name: &PackageName) -> Vec<&PackageId> {
        let mut found: Vec<(&PackageId, &Known)> = self
            .by_id
            .iter()
            .filter(|(_, known)| known.name == *name)
            .collect();
        found.sort_by_key(|(id, known)| (std::cmp::Reverse(known.version.numbers()), *id));
        found.into_iter().map(|(id, _)| id).collect()
    }
}

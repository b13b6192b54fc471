//! Which packages there are: pure.

use std::cmp::Reverse;
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
    /// The newest version first; of equal versions, the greatest id.
    by_name: BTreeMap<PackageName, Vec<PackageId>>,
}

impl KnownPackages {
    /// Adds a package; one that is known already stays as it is.
    pub fn insert(&mut self, id: PackageId, known: Known) {
        if self.by_id.contains_key(&id) {
            return;
        }
        let versions = self.by_name.entry(known.name.clone()).or_default();
        versions.push(id.clone());
        self.by_id.insert(id, known);
        let version = |id: &PackageId| self.by_id.get(id).map(|known| known.version.numbers());
        versions.sort_by_cached_key(|id| Reverse((version(id), id.clone())));
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

    /// The packages with a name, the newest version first; of equal versions, the greatest id.
    pub fn versions(&self, name: &PackageName) -> &[PackageId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// All names, each with the packages of that name, the newest version first.
    pub fn names(&self) -> impl Iterator<Item = (&PackageName, &[PackageId])> {
        let names = self.by_name.iter();
        names.map(|(name, versions)| (name, versions.as_slice()))
    }
}

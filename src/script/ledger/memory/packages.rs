//! Packages: which there are, and which may be used.

use std::collections::{BTreeMap, BTreeSet};

use crate::lf::engine::Engine;
use crate::model::{PackageId, PackageName, PackageVersion};
use crate::script::ledger::{NamedPackage, Reason, Refusal};

/// The packages of a participant.
pub(super) struct Packages {
    known: BTreeMap<PackageId, NamedPackage>,
    unvetted: BTreeSet<PackageId>,
}

impl Packages {
    /// All packages of an engine, all vetted.
    pub(super) fn of(engine: &Engine) -> Self {
        let signatures = engine.signatures();
        let known = signatures.packages().map(|signature| {
            let named = NamedPackage {
                name: signature.name.clone(),
                version: signature.version.clone(),
            };
            (signature.id.clone(), named)
        });
        Self {
            known: known.collect(),
            unvetted: BTreeSet::new(),
        }
    }

    /// The name of a package that is there.
    pub(super) fn name(&self, id: &PackageId) -> Option<&PackageName> {
        self.known.get(id).map(|named| &named.name)
    }

    pub(super) fn is_vetted(&self, id: &PackageId) -> bool {
        !self.unvetted.contains(id)
    }

    /// For each name the package that commands mean: the preferred one, else the one with the
    /// highest version that may be used.
    pub(super) fn resolution(
        &self,
        preference: &[PackageId],
    ) -> Result<BTreeMap<PackageName, PackageId>, Reason> {
        let mut highest: BTreeMap<&PackageName, (Vec<u32>, &PackageId)> = BTreeMap::new();
        for (id, named) in self.known.iter().filter(|(id, _)| self.is_vetted(id)) {
            let candidate = (PackageVersion::numbers(&named.version), id);
            let best = highest
                .entry(&named.name)
                .or_insert_with(|| candidate.clone());
            if *best < candidate {
                *best = candidate;
            }
        }
        let mut resolution: BTreeMap<PackageName, PackageId> = highest
            .into_iter()
            .map(|(name, (_, id))| (name.clone(), id.clone()))
            .collect();
        for id in preference {
            let name = self.name(id).filter(|_| self.is_vetted(id));
            let name = name.ok_or_else(|| {
                Reason::Other(format!("the preferred package {id} may not be used"))
            })?;
            resolution.insert(name.clone(), id.clone());
        }
        Ok(resolution)
    }

    /// Lets packages be used, or no longer.
    pub(super) fn vet(&mut self, packages: &[NamedPackage], vetted: bool) -> Result<(), Refusal> {
        let mut ids = Vec::new();
        for wanted in packages {
            let of_name = self.known.iter().filter(|(_, named)| *named == wanted);
            let before = ids.len();
            ids.extend(of_name.map(|(id, _)| id.clone()));
            if ids.len() == before {
                let NamedPackage { name, version } = wanted;
                return Err(Refusal {
                    class: "IllegalArgumentException",
                    message: format!("unknown package {name}-{version}"),
                });
            }
        }
        for id in ids {
            if vetted {
                self.unvetted.remove(&id);
            } else {
                self.unvetted.insert(id);
            }
        }
        Ok(())
    }

    /// Packages by name and version.
    pub(super) fn list(&self, vetted_only: bool) -> Vec<NamedPackage> {
        let shown = |id: &PackageId| !vetted_only || self.is_vetted(id);
        let shown = self.known.iter().filter(|(id, _)| shown(id));
        let names: BTreeSet<&NamedPackage> = shown.map(|(_, named)| named).collect();
        names.into_iter().cloned().collect()
    }
}

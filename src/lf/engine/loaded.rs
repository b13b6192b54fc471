//! Packages that are held together.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lf::check::{Exports, World};
use crate::lf::compile::{CompiledPackage, Names, Program};
use crate::lf::signature::PackageSignature;
use crate::model::PackageId;

/// Packages in all forms that the engine needs, each with everything that it refers to. A package has
/// the same number and the same code wherever it is held.
#[derive(Clone, Default)]
pub(super) struct Loaded {
    pub(super) program: Arc<Program>,
    /// What they say of their types, for checking those that refer to them.
    pub(super) world: World,
    /// Their bytes.
    sizes: FxHashMap<PackageId, u64>,
}

/// A package that has been checked and compiled.
pub(super) struct Fresh {
    pub(super) number: u16,
    pub(super) compiled: Arc<CompiledPackage>,
    pub(super) signature: Arc<PackageSignature>,
    /// Absent only if a test did not have it checked.
    pub(super) exports: Option<Arc<Exports>>,
    pub(super) names: Arc<Names>,
}

impl Fresh {
    /// About how much memory it takes, but for its signature, which is kept in any case.
    pub(super) fn bytes(&self) -> u64 {
        let exports = self.exports.as_ref().map_or(0, |exports| exports.bytes());
        (self.compiled.bytes() + exports) as u64
    }
}

impl Loaded {
    pub(super) fn contains(&self, id: &PackageId) -> bool {
        self.program.by_id.contains_key(id)
    }

    /// The bytes of all packages.
    pub(super) fn bytes(&self) -> u64 {
        self.sizes.values().sum()
    }

    /// The bytes of some packages, as far as they are here.
    pub(super) fn bytes_of(&self, ids: &BTreeSet<PackageId>) -> u64 {
        ids.iter().filter_map(|id| self.sizes.get(id)).sum()
    }

    /// Packages and everything that they refer to.
    pub(super) fn closure(&self, ids: impl IntoIterator<Item = PackageId>) -> BTreeSet<PackageId> {
        self.program.signatures.closure(ids)
    }

    /// These packages and one more, which refers to none but these.
    pub(super) fn with(&self, fresh: &Fresh) -> Self {
        let mut next = self.clone();
        let id = &fresh.compiled.id;
        let program = Arc::make_mut(&mut next.program);
        program.insert(fresh.number, fresh.compiled.clone());
        program.names = fresh.names.clone();
        program.signatures.insert(fresh.signature.clone());
        if let Some(exports) = &fresh.exports {
            next.world.insert(id.clone(), exports.clone());
        }
        next.sizes.insert(id.clone(), fresh.bytes());
        next
    }

    /// Some of these packages; all that they refer to must be among them.
    pub(super) fn only(&self, kept: &BTreeSet<PackageId>) -> Self {
        Self::default().and(self, kept)
    }

    /// These packages and some of others'; all that those refer to must be among them. What both hold
    /// stays as it is here. The names become those of `others`, which must be the newer ones.
    pub(super) fn and(&self, others: &Self, wanted: &BTreeSet<PackageId>) -> Self {
        let mut next = self.clone();
        let program = Arc::make_mut(&mut next.program);
        program.names = others.program.names.clone();
        for id in wanted.iter().filter(|id| !self.contains(id)) {
            let Some((number, compiled)) = others.program.numbered(id) else {
                continue;
            };
            program.insert(number, compiled.clone());
            if let Some(signature) = others.program.signatures.package(id) {
                program.signatures.insert(signature.clone());
            }
            if let Some(exports) = others.world.package(id) {
                next.world.insert(id.clone(), exports.clone());
            }
            let size = others.sizes.get(id).copied().unwrap_or_default();
            next.sizes.insert(id.clone(), size);
        }
        next
    }
}

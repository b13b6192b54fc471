//! A check under way: what is known, and where it stands.

use rustc_hash::{FxHashMap, FxHashSet};

use super::arena::{Arena, Kd, Limits, Result, Ty};
use super::error::{CheckError, Place};
use super::exports::{Definitions, World};
use super::scope::Scope;
use super::substitute::Transfer;
use super::types::Converted;
use crate::lf::ast::{self, BuiltinFunction, Location, Package, PackageIs, Ref};
use crate::model::{DottedName, ModuleName, PackageId};

/// A check of one package.
pub(super) struct Checker<'a> {
    pub(super) package: &'a Package,
    pub(super) world: &'a World,
    pub(super) arena: Arena,
    /// The package's own definitions, and those of others as far as they were needed.
    pub(super) known: Definitions,
    pub(super) transfers: FxHashMap<PackageId, Transfer>,
    pub(super) builtins: FxHashMap<BuiltinFunction, Ty>,
    pub(super) scope: Scope,
    /// Kinds seen, by address: archives share them, and types.
    pub(super) kinds: FxHashMap<*const ast::Kind, Kd>,
    /// Types without free variables, by module (each notes what it uses) and address.
    pub(super) closed: FxHashMap<(u32, *const ast::Type), Converted>,
    /// Types with free variables, by scope and address.
    pub(super) open: FxHashMap<(u32, *const ast::Type), Converted>,
    /// The package's modules.
    pub(super) modules: FxHashMap<ModuleName, u32>,
    /// The other modules of the package that each uses.
    pub(super) uses: Vec<FxHashSet<u32>>,
    /// The module where the check is.
    pub(super) module: u32,
    /// Where a fault is, as far as the way back has told.
    pub(super) failed_at: Option<Location>,
    pub(super) failed_part: Option<String>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(package: &'a Package, world: &'a World, limits: Limits) -> Result<Self> {
        let modules = (0u32..).zip(&package.modules);
        Ok(Self {
            package,
            world,
            arena: Arena::new(limits)?,
            known: Definitions::default(),
            transfers: FxHashMap::default(),
            builtins: FxHashMap::default(),
            scope: Scope::default(),
            kinds: FxHashMap::default(),
            closed: FxHashMap::default(),
            open: FxHashMap::default(),
            modules: modules.map(|(i, m)| (m.name.clone(), i)).collect(),
            uses: vec![FxHashSet::default(); package.modules.len()],
            module: 0,
            failed_at: None,
            failed_part: None,
        })
    }

    /// Checks something of a module; a fault gets its place.
    pub(super) fn at<R>(
        &mut self,
        module: &ModuleName,
        what: &'static str,
        definition: &DottedName,
        check: impl FnOnce(&mut Self) -> Result<R>,
    ) -> std::result::Result<R, CheckError> {
        self.module = self.modules.get(module).copied().unwrap_or_default();
        self.open.clear();
        check(self).map_err(|fault| CheckError {
            place: Some(Box::new(Place {
                module: module.clone(),
                what,
                definition: Some(definition.clone()),
                part: self.failed_part.take(),
                location: self.failed_at.take(),
            })),
            fault,
        })
    }

    /// Checks a part of a definition; a fault says which.
    pub(super) fn part<R>(
        &mut self,
        name: impl FnOnce() -> String,
        check: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        let result = check(self);
        if result.is_err() && self.failed_part.is_none() {
            self.failed_part = Some(name());
        }
        result
    }
}

/// A reference to something that the package defines.
pub(super) fn own(module: &ModuleName, name: &DottedName) -> Ref {
    Ref {
        package: PackageIs::This,
        module: module.clone(),
        name: name.clone(),
    }
}

//! The packages that the engine knows.
//!
//! Each is checked and compiled once, and held for all commands within a bound. When one more would
//! exceed it, all go but those that the new one needs; who runs code has a pinned handle, in which
//! nothing that is held ever goes. A package that comes back has the number that it had, and so the same
//! code: what is held before and after fits together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::config::Config;
use super::loaded::{Fresh, Loaded};
use crate::lf::ast;
use crate::lf::check::{self, CheckError};
use crate::lf::compile::{self, Program};
use crate::lf::signature::{PackageSignature, SignatureError, Signatures};
use crate::model::{PackageId, PackageName};

/// Runs Daml. Cheap to clone; clones share their packages.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    /// What a pinned handle holds; it only grows.
    pinned: Option<Arc<Held>>,
    /// Whether an exception may undo creates and consuming exercises.
    rollback_effects: bool,
}

/// Replaced as a whole when a package is loaded, so that what runs is not disturbed.
type Held = RwLock<Arc<Loaded>>;

struct Shared {
    config: Config,
    /// What is held for all, within the bound.
    held: Held,
    /// Of all packages that were ever loaded: labels are wanted of contracts that are no longer used.
    signatures: RwLock<Arc<Signatures>>,
    /// One package is loaded at a time: a new one gets the next number, one that was loaded before
    /// the number that it had.
    numbers: Mutex<FxHashMap<PackageId, u16>>,
}

/// Why a package cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Packages that it refers to are not loaded.
    #[error("package {package} needs packages that are not there: {}", list(.missing))]
    MissingDependencies {
        /// The package.
        package: PackageId,
        /// What it needs.
        missing: BTreeSet<PackageId>,
    },
    /// It breaks a rule of the language.
    #[error("package {package}: {error}")]
    Check {
        /// The package.
        package: PackageId,
        /// Which one, and where.
        error: CheckError,
    },
    /// It is too large, or its types make no sense.
    #[error("package {package}: {error}")]
    Signature {
        /// The package.
        package: PackageId,
        /// What is wrong.
        error: SignatureError,
    },
    /// It is too large, or its code makes no sense.
    #[error("package {package}: {error}")]
    Compile {
        /// The package.
        package: PackageId,
        /// What is wrong.
        error: compile::Error,
    },
    /// It and what it needs are more than may be held.
    #[error(
        "package {package} takes {bytes} bytes with what it needs, more than the {bytes_max} that packages may take"
    )]
    NoRoom {
        /// The package.
        package: PackageId,
        /// What it takes.
        bytes: u64,
        /// The bound.
        bytes_max: u64,
    },
}

fn list(ids: &BTreeSet<PackageId>) -> String {
    let ids: Vec<&str> = ids.iter().map(PackageId::as_str).collect();
    ids.join(", ")
}

impl Engine {
    /// An engine without packages.
    pub fn new(config: Config) -> Self {
        Self {
            rollback_effects: config.rollback_effects,
            shared: Arc::new(Shared {
                config,
                held: RwLock::default(),
                signatures: RwLock::default(),
                numbers: Mutex::default(),
            }),
            pinned: None,
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// A handle that keeps what is loaded now, and what is loaded or looked for through it, until it
    /// and its clones are gone, whatever others load. Of one that is pinned already, a clone.
    #[must_use]
    pub fn pinned(&self) -> Self {
        let pinned = self.pinned.clone();
        Self {
            shared: self.shared.clone(),
            pinned: pinned.or_else(|| Some(Arc::new(RwLock::new(read(&self.shared.held))))),
            rollback_effects: self.rollback_effects,
        }
    }

    /// A handle whose interpretations let exceptions undo creates and consuming exercises, or not,
    /// whatever the configuration says.
    #[must_use]
    pub fn with_rollback_effects(mut self, rollback_effects: bool) -> Self {
        self.rollback_effects = rollback_effects;
        self
    }

    pub(super) fn rollback_effects(&self) -> bool {
        self.rollback_effects
    }

    fn held(&self) -> &Held {
        self.pinned.as_deref().unwrap_or(&self.shared.held)
    }

    /// All packages as they are now.
    pub(crate) fn program(&self) -> Arc<Program> {
        read(self.held()).program.clone()
    }

    /// Checks a package and loads it; its dependencies must be loaded. Loading it again does nothing.
    /// If there is no room, all other packages go that it does not need.
    ///
    /// # Errors
    /// Why it cannot be loaded; nothing is kept of it then.
    pub fn load(&self, id: &PackageId, package: &ast::Package) -> Result<(), LoadError> {
        let numbers = self.shared.numbers.lock();
        let mut numbers = numbers.unwrap_or_else(PoisonError::into_inner);
        if self.contains(id) {
            return Ok(());
        }
        let shared = read(&self.shared.held);
        let wanted = shared.closure(package.dependencies.iter().cloned());
        let held = read(self.held()).and(&shared, &wanted);
        check_dependencies(id, package, &held)?;
        let exports = check::check(package, id, &held.world).map_err(|error| LoadError::Check {
            package: id.clone(),
            error,
        })?;
        let casts = self.config().untyped_casts.iter();
        let replaced = casts.fold(None, |replaced, cast| {
            cast.replace(replaced.as_ref().unwrap_or(package))
                .or(replaced)
        });
        let options = compile::Options {
            keep_places: self.config().keep_places,
        };
        let package = replaced.as_ref().unwrap_or(package);
        let number = number_of(id, &numbers)?;
        let mut fresh = compile((id, number), package, &held.program, options)?;
        fresh.exports = Some(Arc::new(exports));
        self.keep(&fresh, &held)?;
        numbers.insert(id.clone(), number);
        Ok(())
    }

    /// Keeps a package; `held` has what it needs.
    fn keep(&self, fresh: &Fresh, held: &Loaded) -> Result<(), LoadError> {
        let needed = held.closure(fresh.signature.dependencies.iter().cloned());
        let bytes = held.bytes_of(&needed).saturating_add(fresh.bytes());
        let bytes_max = self.config().packages_bytes_max;
        if bytes > bytes_max {
            return Err(LoadError::NoRoom {
                package: fresh.signature.id.clone(),
                bytes,
                bytes_max,
            });
        }
        let mut others = read(&self.shared.held).and(held, &needed);
        if others.bytes().saturating_add(fresh.bytes()) > bytes_max {
            others = others.only(&needed);
        }
        // first what it offers: who finds a package finds its signature
        change(&self.shared.signatures, |known| {
            let mut known = Signatures::clone(known);
            known.insert(fresh.signature.clone());
            known
        });
        change(&self.shared.held, |_| others.with(fresh));
        if let Some(pinned) = &self.pinned {
            change(pinned, |own| own.and(held, &needed).with(fresh));
        }
        Ok(())
    }

    /// Loads a package without checking it, to see that the machine doesn't rely on that.
    #[cfg(test)]
    pub(crate) fn load_unchecked(
        &self,
        id: &PackageId,
        package: &ast::Package,
    ) -> Result<(), LoadError> {
        let mut numbers = self.shared.numbers.lock().unwrap();
        let options = compile::Options { keep_places: false };
        let held = read(&self.shared.held);
        let number = number_of(id, &numbers)?;
        self.keep(
            &compile((id, number), package, &held.program, options)?,
            &held,
        )?;
        numbers.insert(id.clone(), number);
        Ok(())
    }

    /// An engine with the same packages that goes its own way.
    #[cfg(test)]
    pub(crate) fn fork(&self) -> Self {
        let numbers = self.shared.numbers.lock().unwrap();
        Self {
            shared: Arc::new(Shared {
                config: self.shared.config.clone(),
                held: RwLock::new(read(self.held())),
                signatures: RwLock::new(read(&self.shared.signatures)),
                numbers: Mutex::new(numbers.clone()),
            }),
            pinned: None,
            rollback_effects: self.rollback_effects,
        }
    }

    /// Loads packages in the order that their references ask for. Afterwards all of them are held only
    /// if there is room for all, or by a pinned handle.
    pub fn load_all(&self, packages: &[(PackageId, ast::Package)]) -> Result<(), LoadError> {
        let pinned = self.pinned();
        let mut waiting: Vec<&(PackageId, ast::Package)> = packages.iter().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut blocked = Vec::new();
            for entry in waiting {
                match pinned.load(&entry.0, &entry.1) {
                    Ok(()) => {}
                    Err(LoadError::MissingDependencies { .. }) => blocked.push(entry),
                    Err(error) => return Err(error),
                }
            }
            if blocked.len() == before {
                // what is still missing is not among the packages
                return blocked
                    .into_iter()
                    .try_for_each(|(id, package)| pinned.load(id, package));
            }
            waiting = blocked;
        }
        Ok(())
    }

    /// Whether a package is loaded. A pinned handle keeps it from now on.
    pub fn contains(&self, id: &PackageId) -> bool {
        read(self.held()).contains(id) || self.adopt(id)
    }

    /// Lets a pinned handle hold a package that is loaded now; whether that is something new.
    pub(super) fn adopt(&self, id: &PackageId) -> bool {
        let (Some(pinned), shared) = (&self.pinned, read(&self.shared.held)) else {
            return false;
        };
        if !shared.contains(id) || read(pinned).contains(id) {
            return false;
        }
        let wanted = shared.closure([id.clone()]);
        change(pinned, |own| own.and(&shared, &wanted));
        true
    }

    /// About how much memory the packages take that are loaded now, or held by a pinned handle.
    pub fn packages_bytes(&self) -> u64 {
        read(self.held()).bytes()
    }

    /// What a package offers, if it was ever loaded.
    pub fn signature(&self, id: &PackageId) -> Option<Arc<PackageSignature>> {
        self.known().package(id).cloned()
    }

    /// What all packages offer that were ever loaded.
    pub fn signatures(&self) -> Signatures {
        Signatures::clone(&self.known())
    }

    /// The same, shared.
    pub(super) fn known(&self) -> Arc<Signatures> {
        read(&self.shared.signatures)
    }

    /// The newest version that was ever loaded of each package; of equal versions the greatest id.
    pub fn newest_versions(&self) -> BTreeMap<PackageName, PackageId> {
        let known = self.known();
        let mut newest: BTreeMap<&PackageName, &PackageSignature> = BTreeMap::new();
        let rank = |package: &PackageSignature| (package.version.numbers(), package.id.clone());
        for package in known.packages() {
            let best = newest.entry(&package.name).or_insert(package);
            if rank(package) > rank(best) {
                *best = package;
            }
        }
        let newest = newest.into_iter();
        newest
            .map(|(name, package)| (name.clone(), package.id.clone()))
            .collect()
    }

    /// Some packages and everything that they refer to, as far as it was ever loaded.
    pub fn with_dependencies(
        &self,
        ids: impl IntoIterator<Item = PackageId>,
    ) -> BTreeSet<PackageId> {
        self.known().closure(ids)
    }
}

fn read<T>(place: &RwLock<Arc<T>>) -> Arc<T> {
    let value = place.read();
    value.unwrap_or_else(PoisonError::into_inner).clone()
}

fn change<T>(place: &RwLock<Arc<T>>, next: impl FnOnce(&T) -> T) {
    let mut value = place.write().unwrap_or_else(PoisonError::into_inner);
    *value = Arc::new(next(&value));
}

/// The number that a package has, or gets.
fn number_of(id: &PackageId, numbers: &FxHashMap<PackageId, u16>) -> Result<u16, LoadError> {
    let next = u16::try_from(numbers.len());
    let number = numbers.get(id).copied().or(next.ok());
    number.ok_or_else(|| LoadError::Compile {
        package: id.clone(),
        error: compile::Error::TooLarge("program"),
    })
}

fn check_dependencies(
    id: &PackageId,
    package: &ast::Package,
    held: &Loaded,
) -> Result<(), LoadError> {
    let missing = package.dependencies.iter();
    let missing: BTreeSet<_> = missing
        .filter(|dependency| !held.contains(dependency))
        .cloned()
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(LoadError::MissingDependencies {
        package: id.clone(),
        missing,
    })
}

fn compile(
    (id, number): (&PackageId, u16),
    package: &ast::Package,
    program: &Program,
    options: compile::Options,
) -> Result<Fresh, LoadError> {
    let signature = PackageSignature::of(id, package, &program.signatures);
    let signature = signature.map_err(|error| LoadError::Signature {
        package: id.clone(),
        error,
    })?;
    let compiled = compile::compile((id, number), package, &signature, program, options);
    let (compiled, names) = compiled.map_err(|error| LoadError::Compile {
        package: id.clone(),
        error,
    })?;
    Ok(Fresh {
        number,
        compiled: Arc::new(compiled),
        signature: Arc::new(signature),
        exports: None,
        names: Arc::new(names),
    })
}

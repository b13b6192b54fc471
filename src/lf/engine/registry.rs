//! The packages that the engine knows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::config::Config;
use crate::lf::ast;
use crate::lf::check::{self, CheckError, World};
use crate::lf::compile::{self, Program};
use crate::lf::signature::{PackageSignature, SignatureError, Signatures};
use crate::model::{PackageId, PackageName};

/// Runs Daml. Cheap to clone; clones share their packages.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    config: Config,
    /// Replaced as a whole when a package is loaded, so that what runs is not disturbed.
    program: RwLock<Arc<Program>>,
    /// One package is loaded at a time: each gets the next number. What those loaded say of their
    /// types is for checking the next.
    loading: Mutex<World>,
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
}

fn list(ids: &BTreeSet<PackageId>) -> String {
    let ids: Vec<&str> = ids.iter().map(PackageId::as_str).collect();
    ids.join(", ")
}

impl Engine {
    /// An engine without packages.
    pub fn new(config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                config,
                program: RwLock::default(),
                loading: Mutex::default(),
            }),
        }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// All packages as they are now.
    pub(crate) fn program(&self) -> Arc<Program> {
        let program = self.shared.program.read();
        program.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks a package and loads it; its dependencies must be loaded. Loading it again does nothing.
    ///
    /// # Errors
    /// Why it cannot be loaded; nothing is kept of it then.
    pub fn load(&self, id: &PackageId, package: &ast::Package) -> Result<(), LoadError> {
        let loading = self.shared.loading.lock();
        let mut world = loading.unwrap_or_else(PoisonError::into_inner);
        let program = self.program();
        if program.by_id.contains_key(id) {
            return Ok(());
        }
        check_dependencies(id, package, &program)?;
        let checked = check::check(package, id, &world).map_err(|error| LoadError::Check {
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
        let next = extend(id, package, &program, options)?;
        world.insert(id.clone(), checked);
        let current = self.shared.program.write();
        *current.unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    /// Loads a package without checking it, to see that the machine doesn't rely on that.
    #[cfg(test)]
    pub(crate) fn load_unchecked(
        &self,
        id: &PackageId,
        package: &ast::Package,
    ) -> Result<(), LoadError> {
        let options = compile::Options { keep_places: false };
        let next = extend(id, package, &self.program(), options)?;
        *self.shared.program.write().unwrap() = Arc::new(next);
        Ok(())
    }

    /// An engine with the same packages that goes its own way.
    #[cfg(test)]
    pub(crate) fn fork(&self) -> Self {
        let fork = Self::new(self.shared.config.clone());
        *fork.shared.program.write().unwrap() = self.program();
        *fork.shared.loading.lock().unwrap() = self.shared.loading.lock().unwrap().clone();
        fork
    }

    /// Loads packages in the order that their references ask for.
    pub fn load_all(&self, packages: &[(PackageId, ast::Package)]) -> Result<(), LoadError> {
        let mut waiting: Vec<&(PackageId, ast::Package)> = packages.iter().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut blocked = Vec::new();
            for entry in waiting {
                match self.load(&entry.0, &entry.1) {
                    Ok(()) => {}
                    Err(LoadError::MissingDependencies { .. }) => blocked.push(entry),
                    Err(error) => return Err(error),
                }
            }
            if blocked.len() == before {
                // what is still missing is not among the packages
                return blocked
                    .into_iter()
                    .try_for_each(|(id, package)| self.load(id, package));
            }
            waiting = blocked;
        }
        Ok(())
    }

    /// Whether a package is loaded.
    pub fn contains(&self, id: &PackageId) -> bool {
        self.program().by_id.contains_key(id)
    }

    /// What a package offers, if it is loaded.
    pub fn signature(&self, id: &PackageId) -> Option<Arc<PackageSignature>> {
        self.program().signatures.package(id).cloned()
    }

    /// What all loaded packages offer.
    pub fn signatures(&self) -> Signatures {
        self.program().signatures.clone()
    }

    /// The newest version that is loaded of each package; of equal versions the greatest id.
    pub fn newest_versions(&self) -> BTreeMap<PackageName, PackageId> {
        let program = self.program();
        let mut newest: BTreeMap<&PackageName, &PackageSignature> = BTreeMap::new();
        let rank = |package: &PackageSignature| (package.version.numbers(), package.id.clone());
        for package in program.signatures.packages() {
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

    /// Some packages and everything that they refer to, as far as it is loaded.
    pub fn with_dependencies(
        &self,
        ids: impl IntoIterator<Item = PackageId>,
    ) -> BTreeSet<PackageId> {
        let program = self.program();
        let mut found = BTreeSet::new();
        let mut open: Vec<PackageId> = ids.into_iter().collect();
        while let Some(id) = open.pop() {
            if let Some(package) = program.signatures.package(&id) {
                open.extend(package.dependencies.difference(&found).cloned());
            }
            found.insert(id);
        }
        found
    }
}

fn check_dependencies(
    id: &PackageId,
    package: &ast::Package,
    program: &Program,
) -> Result<(), LoadError> {
    let missing = package.dependencies.iter();
    let missing: BTreeSet<_> = missing
        .filter(|dependency| !program.by_id.contains_key(*dependency))
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

fn extend(
    id: &PackageId,
    package: &ast::Package,
    program: &Program,
    options: compile::Options,
) -> Result<Program, LoadError> {
    let failed = |error| LoadError::Compile {
        package: id.clone(),
        error,
    };
    let signature = PackageSignature::of(id, package, &program.signatures);
    let signature = signature.map_err(|error| LoadError::Signature {
        package: id.clone(),
        error,
    })?;
    let (compiled, names) =
        compile::compile(id, package, &signature, program, options).map_err(failed)?;
    let mut signatures = program.signatures.clone();
    signatures.insert(Arc::new(signature));
    let next = program.with(compiled, Arc::new(names), signatures);
    next.ok_or_else(|| failed(compile::Error::TooLarge("program")))
}

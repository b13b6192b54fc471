//! All versions of a package that are vetted together, each checked against the one before it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::pair::check_pair;
use super::violation::Incompatible;
use crate::lf::signature::{PackageSignature, Signatures};
use crate::model::{PackageId, PackageName, PackageVersion};

/// Why packages cannot be vetted together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineageError {
    /// A package refers to one that is not there.
    #[error("package {package} needs package {missing}, which is not there")]
    MissingDependency {
        /// Which refers to it.
        package: PackageAndVersion,
        /// What is not there.
        missing: PackageId,
    },
    /// A package has the name of a standard library, but defines templates or interfaces.
    #[error(
        "Tried to vet a package {0}, but this package is not a utility package. All packages named \
         `daml-prim` or `daml-std-lib` must be a utility package."
    )]
    NotUtility(PackageAndVersion),
    /// Two packages with the same name and version.
    #[error("Tried to vet two packages with the same name and version: {first} and {second}.")]
    SameVersion {
        /// One.
        first: PackageAndVersion,
        /// The other.
        second: PackageAndVersion,
    },
    /// A version that may not follow the one before it.
    #[error(
        "Upgrade checks indicate that {present} cannot be an upgrade of {past}. Reason: {reason}"
    )]
    Incompatible {
        /// The older version.
        past: PackageAndVersion,
        /// The newer one.
        present: PackageAndVersion,
        /// What is wrong with it.
        reason: Box<Incompatible>,
    },
}

/// A package as messages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageAndVersion {
    /// Its id.
    pub id: PackageId,
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: PackageVersion,
}

impl fmt::Display for PackageAndVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} v{})", self.id, self.name, self.version)
    }
}

impl From<&PackageSignature> for PackageAndVersion {
    fn from(package: &PackageSignature) -> Self {
        Self {
            id: package.id.clone(),
            name: package.name.clone(),
            version: package.version.clone(),
        }
    }
}

/// Checks the versions in `target`, all that would be vetted, of each package whose name is that of a
/// package in `added` or of something that one needs. `known` has all of them; what it has not is left
/// out of the comparison.
///
/// # Errors
/// What is wrong with the first name; what is needed comes before what needs it.
pub fn check_lineages(
    added: &BTreeSet<PackageId>,
    target: &BTreeSet<PackageId>,
    known: &Signatures,
) -> Result<(), LineageError> {
    let mut lineages: BTreeMap<&PackageName, Vec<&PackageSignature>> = BTreeMap::new();
    for package in target.iter().filter_map(|id| known.package(id)) {
        lineages.entry(&package.name).or_default().push(package);
    }
    let mut seen = BTreeSet::new();
    for package in in_order_of_need(added, known) {
        if seen.insert(&package.name)
            && let Some(lineage) = lineages.get_mut(&package.name)
        {
            lineage.sort_by_key(|it| (it.version.numbers(), &it.id));
            check_lineage(lineage, known)?;
        }
    }
    Ok(())
}

fn check_lineage(lineage: &[&PackageSignature], known: &Signatures) -> Result<(), LineageError> {
    for package in lineage {
        let mut needed = package.dependencies.iter();
        if let Some(missing) = needed.find(|id| known.package(id).is_none()) {
            return Err(LineageError::MissingDependency {
                package: (*package).into(),
                missing: missing.clone(),
            });
        }
    }
    let impostor = |it: &&&PackageSignature| is_library(it) && defines_contracts(it);
    if let Some(package) = lineage.iter().find(impostor) {
        return Err(LineageError::NotUtility((*package).into()));
    }
    let versions: Vec<_> = lineage.iter().filter(|it| !is_utility(it)).collect();
    let pairs = || versions.windows(2).map(|pair| (*pair[0], *pair[1]));
    for (first, second) in pairs() {
        if first.version == second.version {
            let (first, second) = (first.into(), second.into());
            return Err(LineageError::SameVersion { first, second });
        }
    }
    for (past, present) in pairs() {
        check_pair(past, present, known).map_err(|reason| LineageError::Incompatible {
            past: past.into(),
            present: present.into(),
            reason: Box::new(reason),
        })?;
    }
    Ok(())
}

/// Whether a package defines nothing that can be on the ledger. So do the standard libraries, although
/// those of early snapshots mark data types as serialisable; all of them have the same version.
pub fn is_utility(package: &PackageSignature) -> bool {
    let has_values = || package.data_types.values().any(|data| data.serializable);
    !defines_contracts(package) && (is_library(package) || !has_values())
}

fn defines_contracts(package: &PackageSignature) -> bool {
    !package.templates.is_empty() || !package.interfaces.is_empty()
}

fn is_library(package: &PackageSignature) -> bool {
    matches!(package.name.as_str(), "daml-prim" | "daml-stdlib")
}

/// Packages and all that they need, each after what it needs.
fn in_order_of_need<'a>(
    roots: &'a BTreeSet<PackageId>,
    known: &'a Signatures,
) -> Vec<&'a PackageSignature> {
    enum Step<'a> {
        Enter(&'a PackageId),
        Leave(&'a PackageSignature),
    }
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut steps: Vec<Step<'a>> = roots.iter().rev().map(Step::Enter).collect();
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(package) => found.push(package),
            Step::Enter(id) => {
                if let Some(package) = known.package(id).filter(|_| seen.insert(id)) {
                    steps.push(Step::Leave(package));
                    steps.extend(package.dependencies.iter().rev().map(Step::Enter));
                }
            }
        }
    }
    found
}

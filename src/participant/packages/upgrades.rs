//! Checking packages that are to be vetted against the other versions of them.

use std::collections::BTreeSet;

use super::registry::Packages;
use crate::lf::signature::Signatures;
use crate::lf::upgrade::{LineageError, check_lineages};
use crate::model::{PackageId, PackageName};
use crate::participant::errors::{ErrorId, Refusal};
use crate::runtime::compute::ComputePool;

/// A change of what is vetted, to be checked.
#[derive(Debug)]
pub struct VettingCheck {
    /// Packages that were not vetted before.
    pub added: BTreeSet<PackageId>,
    /// Packages that will not be vetted any more.
    pub removed: BTreeSet<PackageId>,
    /// All that will be vetted.
    pub target: BTreeSet<PackageId>,
    /// Packages that are not kept, or not yet in the engine.
    pub fresh: Signatures,
    /// Whether versions of a package are compared.
    pub compare: bool,
    /// Whether what a package needs must be vetted, too.
    pub needs_dependencies: bool,
}

/// Checks that packages are known, that what they need is vetted if it must be, and that all versions of
/// a package may follow each other if they are compared.
///
/// # Errors
/// What is wrong, as Canton tells it.
pub async fn check_upgrades(
    packages: &Packages,
    compute: &ComputePool,
    check: VettingCheck,
) -> Result<(), Refusal> {
    let mut missing = BTreeSet::new();
    for id in &check.added {
        if check.fresh.package(id).is_none() && packages.signature(id).await?.is_none() {
            missing.insert(id.clone());
        }
    }
    if let Some(id) = missing.first() {
        return Err(unknown(id));
    }
    if check.needs_dependencies {
        check_dependencies(packages, &check).await?;
    }
    let VettingCheck {
        added,
        target,
        fresh,
        compare,
        ..
    } = check;
    if !compare {
        return Ok(());
    }
    let mut signatures = packages.engine().signatures();
    signatures.merge(&fresh);
    let names = names_needed(&added, &signatures);
    let known = packages.known();
    for id in target.difference(&added) {
        let is_concerned = known.get(id).is_some_and(|it| names.contains(&it.name));
        if is_concerned {
            packages.signature(id).await?;
        }
    }
    let mut signatures = packages.engine().signatures();
    signatures.merge(&fresh);
    let job = move || check_lineages(&added, &target, &signatures);
    let checked = compute
        .run_when_free(job)
        .await
        .map_err(Refusal::internal)?;
    checked.map_err(|error| refuse(&error))
}

/// Checks that what packages need is vetted with them.
async fn check_dependencies(packages: &Packages, check: &VettingCheck) -> Result<(), Refusal> {
    if !check.removed.is_empty() {
        for id in &check.target {
            packages.signature(id).await?;
        }
    }
    let mut signatures = packages.engine().signatures();
    signatures.merge(&check.fresh);
    let needed = signatures.closure(check.added.iter().cloned());
    let mut unvetted: BTreeSet<&PackageId> = needed.difference(&check.target).collect();
    for package in check.target.iter().filter_map(|id| signatures.package(id)) {
        unvetted.extend(package.dependencies.intersection(&check.removed));
    }
    if unvetted.is_empty() {
        return Ok(());
    }
    let unvetted: Vec<&str> = unvetted.into_iter().map(PackageId::as_str).collect();
    Err(Refusal::new(
        ErrorId::TopologyDependenciesNotVetted,
        "Package vetting failed due to dependencies not being vetted",
    )
    .with("unvetted", unvetted.join(", ")))
}

/// The names of packages and of all that they need.
fn names_needed(roots: &BTreeSet<PackageId>, known: &Signatures) -> BTreeSet<PackageName> {
    let mut names = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&PackageId> = roots.iter().collect();
    while let Some(id) = open.pop() {
        if let Some(package) = known.package(id).filter(|_| seen.insert(id)) {
            names.insert(package.name.clone());
            open.extend(&package.dependencies);
        }
    }
    names
}

fn refuse(error: &LineageError) -> Refusal {
    let id = match error {
        LineageError::MissingDependency { missing, .. } => return unknown(missing),
        LineageError::NotUtility(_) => ErrorId::DamlPrimNotUtilityPackage,
        LineageError::SameVersion { .. } => ErrorId::KnownPackageVersion,
        LineageError::Incompatible { .. } => ErrorId::NotValidUpgradePackage,
    };
    Refusal::new(id, error.to_string())
}

fn unknown(id: &PackageId) -> Refusal {
    Refusal::new(
        ErrorId::TopologyCannotVetDueToMissingPackages,
        format!("Package vetting failed due to packages not existing on the local node: {id}"),
    )
}

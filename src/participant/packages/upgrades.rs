//! Checking packages that are to be vetted against the other versions of them.

use std::collections::BTreeSet;

use super::registry::Packages;
use crate::lf::signature::Signatures;
use crate::lf::upgrade::{LineageError, check_lineages};
use crate::model::{PackageId, PackageName};
use crate::participant::errors::{ErrorId, Refusal};
use crate::runtime::compute::ComputePool;

/// Checks that packages are known, and, if `compare`, that with them all versions in `target` of a
/// package may follow each other. `fresh` has packages that are not kept, or not yet in the engine.
///
/// # Errors
/// What is wrong, as Canton tells it.
pub async fn check_upgrades(
    packages: &Packages,
    compute: &ComputePool,
    (added, target): (BTreeSet<PackageId>, BTreeSet<PackageId>),
    fresh: Signatures,
    compare: bool,
) -> Result<(), Refusal> {
    let mut missing = BTreeSet::new();
    for id in &added {
        if fresh.package(id).is_none() && packages.signature(id).await?.is_none() {
            missing.insert(id.clone());
        }
    }
    if let Some(id) = missing.first() {
        return Err(unknown(id));
    }
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

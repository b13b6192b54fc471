//! A text to a DAR.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Error;
use super::parse::parse;
use crate::lf::archive::{self, Archive, write_dar};
use crate::lf::ast::Package;
use crate::model::{PackageId, PackageName, PackageVersion};

/// Why a text cannot be made a DAR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The text has a mistake.
    #[error(transparent)]
    Text(#[from] Error),
    /// The package has no archive, or one of those given is wrong.
    #[error(transparent)]
    Archive(#[from] archive::Error),
    /// A package is needed that was not given.
    #[error("package {0} is needed, but not given")]
    Missing(PackageId),
}

/// Makes a text an archive. `given` are the packages that it may import by name and version.
pub fn build_archive(source: &str, given: &[Archive]) -> Result<Archive, BuildError> {
    let given = decode(given)?;
    build(source, &given)
}

/// Makes a text a DAR. `given` are the packages that it may import; those that it needs, and those
/// that these need, go into the DAR.
pub fn build_dar(source: &str, given: &[Archive]) -> Result<Vec<u8>, BuildError> {
    let given = decode(given)?;
    let main = build(source, &given)?;
    let mut needed = BTreeSet::new();
    let mut open: Vec<PackageId> = main.decode()?.dependencies;
    while let Some(id) = open.pop() {
        let (_, package) = given
            .get(&id)
            .ok_or_else(|| BuildError::Missing(id.clone()))?;
        if needed.insert(id) {
            open.extend(package.dependencies.iter().cloned());
        }
    }
    let dependencies: Vec<Archive> = needed
        .iter()
        .filter_map(|id| given.get(id))
        .map(|(archive, _)| (*archive).clone())
        .collect();
    Ok(write_dar(&main, &dependencies)?)
}

/// Archives and their packages by id.
type Given<'a> = BTreeMap<PackageId, (&'a Archive, Package)>;

fn decode(given: &[Archive]) -> Result<Given<'_>, BuildError> {
    given
        .iter()
        .map(|archive| Ok((archive.id.clone(), (archive, archive.decode()?))))
        .collect()
}

fn build(source: &str, given: &Given<'_>) -> Result<Archive, BuildError> {
    let find = |name: &PackageName, version: &PackageVersion| {
        given
            .iter()
            .find(|(_, (_, package))| package.name == *name && package.version == *version)
            .map(|(id, _)| id.clone())
    };
    Ok(Archive::encode(&parse(source, &find)?)?)
}

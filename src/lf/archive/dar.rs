//! A DAR: a package with all that it depends on.

use std::collections::BTreeSet;

use super::error::Error;
use super::manifest::{self, Manifest};
use super::payload::Archive;
use super::zip;
use crate::lf::ast::Package;
use crate::model::PackageId;

/// A DAR whose archives are opened; their packages are not yet decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dar {
    /// `name-version` of the main package, if the manifest says so.
    pub name: Option<String>,
    /// The version of the SDK that made it, if the manifest says so.
    pub sdk_version: Option<String>,
    /// The main package.
    pub main: Archive,
    /// The others, in the order of the manifest, each once.
    pub dependencies: Vec<Archive>,
}

/// Reads a DAR.
pub fn read_dar(bytes: &[u8]) -> Result<Dar, Error> {
    let entries = zip::entries(bytes)?;
    let text = entries.get(manifest::ENTRY).ok_or(Error::NoManifest)?;
    let manifest = Manifest::parse(text)?;
    let open = |entry: &String| {
        let bytes = entries
            .get(entry)
            .ok_or_else(|| Error::NoEntry(entry.clone()))?;
        Archive::open(bytes).map_err(|source| Error::InEntry {
            entry: entry.clone(),
            source: Box::new(source),
        })
    };
    let main = open(&manifest.main)?;
    let mut seen = BTreeSet::from([main.id.clone()]);
    let mut dependencies = Vec::new();
    for entry in &manifest.dependencies {
        let archive = open(entry)?;
        if seen.insert(archive.id.clone()) {
            dependencies.push(archive);
        }
    }
    Ok(Dar {
        name: manifest.name,
        sdk_version: manifest.sdk_version,
        main,
        dependencies,
    })
}

impl Dar {
    /// All archives, the main one first.
    pub fn archives(&self) -> impl Iterator<Item = &Archive> {
        std::iter::once(&self.main).chain(&self.dependencies)
    }

    /// Decodes all packages, the main one first, and checks that nothing is missing: a package must
    /// only refer to packages in the DAR and to `known` ones.
    pub fn decode(
        &self,
        known: impl Fn(&PackageId) -> bool,
    ) -> Result<Vec<(PackageId, Package)>, Error> {
        let packages = self
            .archives()
            .map(|archive| match archive.decode() {
                Ok(package) => Ok((archive.id.clone(), package)),
                Err(source) => Err(Error::InEntry {
                    entry: archive.id.to_string(),
                    source: Box::new(source),
                }),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let inside: BTreeSet<_> = packages.iter().map(|(id, _)| id).collect();
        for (id, package) in &packages {
            let missing = package
                .dependencies
                .iter()
                .find(|dependency| !inside.contains(dependency) && !known(dependency));
            if let Some(dependency) = missing {
                return Err(Error::MissingDependency {
                    package: id.clone(),
                    dependency: dependency.clone(),
                });
            }
        }
        Ok(packages)
    }
}

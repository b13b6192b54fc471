//! Checking a DAR before it is kept.

use crate::lf::archive::{self, read_dar};
use crate::lf::ast::Package;
use crate::lf::engine::{Engine, LoadError};
use crate::lf::signature::Signatures;
use crate::model::{PackageId, PackageName, PackageVersion};
use crate::participant::errors::{ErrorId, Refusal};

/// A DAR that can be kept.
#[derive(Debug)]
pub struct CheckedDar {
    /// The main package and those that it depends on.
    pub packages: Vec<CheckedPackage>,
    /// What they offer.
    pub signatures: Signatures,
}

/// A package that can be kept.
#[derive(Debug)]
pub struct CheckedPackage {
    /// Its id.
    pub id: PackageId,
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: PackageVersion,
    /// Its archive's payload.
    pub payload: Vec<u8>,
}

/// Reads, decodes and compiles a DAR, with an engine of its own like `engine`. Takes some tenths of a second for a large one.
///
/// # Errors
/// What is wrong with it, as Canton tells it.
pub fn check(dar: &[u8], engine: &Engine) -> Result<CheckedDar, Refusal> {
    let dar = read_dar(dar).map_err(|error| refuse(&error))?;
    // what is known here may not be known to others, nor after a restart: a DAR brings everything
    let packages = dar.decode(|_| false).map_err(|error| refuse(&error))?;
    // what is refused, or only validated, leaves nothing behind
    let engine = Engine::new(engine.config().clone()).pinned();
    load_all(&packages, &engine)?;
    let packages = packages
        .into_iter()
        .zip(dar.archives())
        .map(|((id, package), archive)| CheckedPackage {
            id,
            name: package.name,
            version: package.version,
            payload: archive.payload.clone(),
        })
        .collect();
    Ok(CheckedDar {
        packages,
        signatures: engine.signatures(),
    })
}

/// Loads packages so that each comes after those that it needs.
fn load_all(packages: &[(PackageId, Package)], engine: &Engine) -> Result<(), Refusal> {
    let mut waiting: Vec<&(PackageId, Package)> = packages.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut postponed = Vec::new();
        for entry in waiting {
            let (id, package) = entry;
            match engine.load(id, package) {
                Ok(()) => {}
                Err(LoadError::MissingDependencies { .. }) => postponed.push(entry),
                Err(error) => return Err(invalid(&error)),
            }
        }
        if postponed.len() == before {
            return Err(invalid(
                &"the packages of the DAR depend on each other in a circle",
            ));
        }
        waiting = postponed;
    }
    Ok(())
}

fn invalid(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::new(
        ErrorId::DarValidationError,
        format!("Package validation failed. {error}"),
    )
}

fn refuse(error: &archive::Error) -> Refusal {
    use archive::Error as E;
    let (id, general) = match error {
        E::NotADar | E::NoManifest | E::Manifest(_) => {
            (ErrorId::InvalidDar, "Dar file is corrupt.")
        }
        E::NoEntry(_) => (ErrorId::InvalidZipEntry, "Dar zip file is corrupt."),
        E::TooLarge { .. } => (ErrorId::ZipBomb, "Dar zip file seems to be a zip bomb."),
        E::MissingDependency { .. } => (
            ErrorId::DarDependenciesNotValid,
            "The set of packages in the dar is not self-consistent.",
        ),
        E::Zip { .. }
        | E::InEntry { .. }
        | E::HashMismatch { .. }
        | E::Language { .. }
        | E::PreFreeze
        | E::Malformed { .. } => (
            ErrorId::DarParseError,
            "Failed to parse the dar file content.",
        ),
    };
    Refusal::new(id, format!("{general} {}", chain(error)))
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

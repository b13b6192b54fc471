//! Archives: the bytes of compiled Daml packages, to and from the syntax tree.
//!
//! Stations, in the order in which an uploaded DAR meets them: `zip` (entries as a stream) →
//! `manifest` → `dar` → `payload` (hash, version of the language) → `decode` (the package, over
//! `wire`, `message` and `schema`). The way back: `encode` → `payload` → `write`.
//!
//! Invariants: any bytes end in a tree or an [`Error`] that says what is wrong and where; sizes and
//! nesting are bounded; a field or number that the package's version of the language does not know
//! is refused, never skipped, since skipping it would change what the package means.

mod error;
mod fault;
mod limits;

mod zip;

mod manifest;

mod dar;
mod payload;

#[cfg(test)]
pub(in crate::lf) mod seen;

mod message;
mod schema;
mod wire;

mod numbers;

mod decode;

mod encode;
mod write;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;

pub use dar::{Dar, read_dar};
pub use error::{Error, Place};
pub use fault::Fault;
pub use payload::{Archive, decode_payload};
pub use write::write_dar;

use crate::lf::ast::Package;
use crate::model::PackageId;

/// Entries of a DAR that are no packages: sources, for example.
pub fn entries(
    dar: &[u8],
    wanted: impl Fn(&str) -> bool,
) -> Result<std::collections::BTreeMap<String, Vec<u8>>, Error> {
    let mut entries = zip::entries(dar)?;
    entries.retain(|name, _| wanted(name));
    Ok(entries)
}

/// Decodes the bytes of an archive: a `.dalf` file.
pub fn decode_package(archive: &[u8]) -> Result<(PackageId, Package), Error> {
    let archive = Archive::open(archive)?;
    let package = archive.decode()?;
    Ok((archive.id, package))
}

/// Encodes a package as the bytes of an archive: a `.dalf` file. LF 2.1, 2.2 or 2.3, as the package
/// says.
pub fn encode_package(package: &Package) -> Result<Vec<u8>, Error> {
    Archive::encode(package).map(|archive| archive.to_bytes())
}

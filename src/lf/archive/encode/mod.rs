//! A syntax tree to the bytes of a package.
//!
//! `tables` (indices in the order of first use) ← `types` ← `expressions` and `updates` ←
//! `definitions`.
//!
//! Invariants: the same tree gives the same bytes; what was written has been read once, so that an
//! archive which nobody can read is never made.

mod tables;

mod types;

mod expressions;
mod interfaces;
mod updates;

mod definitions;

use super::decode;
use super::error::{Error, Place};
use super::fault::Fault;
use super::wire::Writer;
use crate::lf::ast::{LanguageVersion, Module, Package};
use tables::Encoder;

/// Encodes a package.
pub(super) fn package(package: &Package) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder::new(package.language, &package.dependencies);
    let mut to = Writer::new();
    for module in &package.modules {
        let message = encoder.module(module).map_err(|fault| at(module, fault))?;
        to.message(1, &message);
    }
    let metadata = metadata(&mut encoder, package);
    encoder.strings.write(&mut to, 2);
    encoder.dotted_names.write(&mut to, 3);
    to.message(4, &metadata);
    encoder.types.write(&mut to, 5);
    encoder.expressions.write(&mut to, 7);
    if package.language >= LanguageVersion::V2_2 {
        let mut imports = Writer::new();
        for id in encoder.imports.keys() {
            imports.bytes(1, id.as_str().as_bytes());
        }
        to.message(9, &imports);
    }
    let bytes = to.into_bytes();
    decode::package(&bytes, package.language)?;
    Ok(bytes)
}

fn metadata(encoder: &mut Encoder<'_>, package: &Package) -> Writer {
    let mut metadata = Writer::new();
    metadata.number(1, encoder.string(package.name.as_str()));
    metadata.number(2, encoder.string(package.version.as_str()));
    if let Some(id) = &package.upgrades {
        let mut upgraded = Writer::new();
        upgraded.number(1, encoder.string(id.as_str()));
        metadata.message(3, &upgraded);
    }
    metadata
}

fn at(module: &Module, fault: Fault) -> Error {
    Error::malformed(Place::module(&module.name), fault)
}

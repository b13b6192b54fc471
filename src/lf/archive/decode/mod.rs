//! Bytes of a package to its syntax tree.
//!
//! `tables` (what is referred to by index) → `types` → `expressions` and `updates` →
//! `definitions`. The bytes are read straight into the tree, without generated messages in between.
//!
//! Invariants: any bytes end in a tree or an [`Error`]; nesting, and the size of shared parts when
//! they are written out, are bounded before the tree is built.

mod tables;

mod types;

mod expressions;
mod groups;
mod interfaces;
mod updates;

mod definitions;

use super::error::{Error, Place};
use super::fault::Fault;
use super::message::{Body, View};
use super::schema;
use crate::lf::ast::{LanguageVersion, Package};
use crate::lf::distinct;
use crate::model::{PackageId, PackageName, PackageVersion};
use tables::Decoder;

/// Decodes the package inside a payload.
pub(super) fn package(bytes: &[u8], version: LanguageVersion) -> Result<Package, Error> {
    let outside = |fault| Error::malformed(Place::default(), fault);
    if is_pre_freeze(bytes) {
        return Err(Error::PreFreeze);
    }
    let view = schema::PACKAGE
        .read(Body::outermost(bytes), version)
        .map_err(outside)?;
    let decoder = Decoder::new(&view, version).map_err(outside)?;
    let (name, package_version, upgrades) = metadata(&decoder, &view).map_err(outside)?;
    let modules = view
        .many(1)
        .map(|module| decoder.module(module))
        .collect::<Result<Vec<_>, _>>()?;
    distinct::check("module", modules.iter().map(|module| &module.name))
        .map_err(|duplicate| outside(duplicate.into()))?;
    for module in &modules {
        distinct::check_module(module)
            .map_err(|duplicate| Error::malformed(Place::module(&module.name), duplicate.into()))?;
    }
    Ok(Package {
        language: version,
        name,
        version: package_version,
        upgrades,
        dependencies: decoder.into_mentioned(),
        modules,
    })
}

fn metadata(
    decoder: &Decoder<'_>,
    package: &View<'_>,
) -> Result<(PackageName, PackageVersion, Option<PackageId>), Fault> {
    let view = schema::METADATA.read(package.body(4)?, decoder.version)?;
    let upgrades = match view.optional(3) {
        Some(body) => {
            let view = schema::UPGRADED.read(body, decoder.version)?;
            Some(PackageId::parse(decoder.string(view.int(1))?)?)
        }
        None => None,
    };
    Ok((
        PackageName::parse(decoder.string(view.int(1))?)?,
        PackageVersion::parse(decoder.string(view.int(2))?)?,
        upgrades,
    ))
}

/// Before LF 2.1 was frozen, fields had other numbers: a module had its name in field 8.
fn is_pre_freeze(package: &[u8]) -> bool {
    use super::wire::{Fields, Value};
    Fields::of(package)
        .filter_map(Result::ok)
        .any(|field| match field {
            (1, Value::Bytes(module)) => Fields::of(module)
                .filter_map(Result::ok)
                .any(|field| matches!(field, (8, Value::Varint(_)))),
            _ => false,
        })
}

//! Programs for each rule, real packages, hostile packages.

mod built;
mod hostile;
mod real;
mod rules;

use super::{CheckError, World, check};
use crate::lf::ast::Package;
use crate::lf::text::parse;

/// Checks a package that needs no others.
fn verdict(package: &Package) -> Result<(), CheckError> {
    let id = "00".repeat(32).parse().unwrap();
    check(package, &id, &World::default()).map(drop)
}

/// Checks a text.
fn verdict_of(source: &str) -> Result<(), CheckError> {
    let package = parse(source, &|_, _| None);
    verdict(&package.unwrap_or_else(|error| panic!("{error}\n{source}")))
}

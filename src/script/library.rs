//! The library that defines questions: which package it is, and the names in it.

use crate::lf::engine::UntypedCast;
use crate::model::{DottedName, Identifier, ModuleName, PackageId, PackageName};

/// Names that packages of the library have, by which they are recognised.
const PACKAGES: [&str; 2] = ["daml-script", "daml3-script"];

/// The module that defines what a script is.
const CORE: &str = "Daml.Script.Internal.LowLevel";

/// The module that defined it in versions that cannot be run any more.
const OLD_CORE: &str = "Daml.Script";

/// The library of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Library {
    pub(super) package: PackageId,
}

/// What a type is to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The type of scripts.
    Script,
    /// The type of scripts in versions of the library that cannot be run any more.
    OldScript,
}

impl Library {
    /// What a type of a package with the given name is.
    pub(super) fn kind_of(package: &PackageName, module: &str, name: &str) -> Option<Kind> {
        if !PACKAGES.contains(&package.as_str()) || name != "Script" {
            return None;
        }
        match module {
            CORE => Some(Kind::Script),
            OLD_CORE => Some(Kind::OldScript),
            _ => None,
        }
    }

    /// The function by which the library turns values of any type into each other. Its code says
    /// that it is to be replaced.
    pub(super) fn cast() -> UntypedCast {
        UntypedCast {
            packages: PACKAGES.iter().map(|name| known(name)).collect(),
            module: known(CORE),
            name: known("dangerousCast"),
        }
    }

    /// A type of the library; the module is told without its common beginning.
    pub(super) fn id(&self, module: &str, name: &str) -> Identifier {
        let module: ModuleName = known(&format!("Daml.Script.Internal.{module}"));
        let name: DottedName = known(name);
        Identifier::new(self.package.clone(), module, name)
    }
}

/// A name that stands in our own sources.
fn known<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    match text.parse() {
        Ok(name) => name,
        Err(error) => panic!("{error}"),
    }
}

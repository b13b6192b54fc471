//! What can be wrong with a DAR or an archive.

use std::fmt;

use super::fault::Fault;
use crate::model::{DottedName, ModuleName, PackageId};

/// Why a DAR or an archive is refused. A participant answers each with an error id of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no zip archive with entries.
    #[error("this is no DAR: it does not start as a zip archive with entries")]
    NotADar,
    /// The zip archive breaks off or is damaged.
    #[error("the zip archive is damaged in entry {entry:?}: {reason}")]
    Zip {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// More bytes or entries than any honest DAR has.
    #[error("{what} of the DAR exceed the limit of {max}")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// There is no manifest.
    #[error("the DAR has no META-INF/MANIFEST.MF")]
    NoManifest,
    /// The manifest does not say what it must.
    #[error("the manifest of the DAR {0}")]
    Manifest(String),
    /// The manifest names an entry that isn't there.
    #[error("the DAR has no entry {0:?}, which its manifest names")]
    NoEntry(String),
    /// An entry of the DAR is refused.
    #[error("package {entry:?} of the DAR is refused")]
    InEntry {
        /// The entry.
        entry: String,
        /// Why.
        source: Box<Self>,
    },
    /// A package refers to one that is neither in the DAR nor known already.
    #[error("package {package} needs package {dependency}, which is neither in the DAR nor known")]
    MissingDependency {
        /// The package that refers to the missing one.
        package: PackageId,
        /// The missing one.
        dependency: PackageId,
    },
    /// The archive's hash is not the one of its payload.
    #[error("the archive says that its hash is {declared:?}, but it is {computed}")]
    HashMismatch {
        /// What the archive says.
        declared: String,
        /// The hash of its payload.
        computed: String,
    },
    /// A version of the language that Jura doesn't run.
    #[error(
        "the package is written in Daml-LF {version}, which is not supported (2.1, 2.2 and 2.3 are)"
    )]
    Language {
        /// The version.
        version: String,
    },
    /// The encoding that LF 2.1 had before it was frozen.
    #[error(
        "the package says LF 2.1, but is in the encoding from before LF 2.1 was frozen, which has \
         other field numbers: it must be compiled again"
    )]
    PreFreeze,
    /// The bytes are wrong.
    #[error("the package is malformed{place}: {fault}")]
    Malformed {
        /// Where.
        place: Place,
        /// What.
        fault: Fault,
    },
}

impl Error {
    pub(super) fn malformed(place: Place, fault: Fault) -> Self {
        Self::Malformed { place, fault }
    }
}

/// Where in a package something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The module, if it is in one.
    pub module: Option<ModuleName>,
    /// The definition, if it is in one.
    pub definition: Option<DottedName>,
}

impl Place {
    pub(super) fn module(module: &ModuleName) -> Self {
        Self {
            module: Some(module.clone()),
            definition: None,
        }
    }

    pub(super) fn definition(module: &ModuleName, definition: &DottedName) -> Self {
        Self {
            module: Some(module.clone()),
            definition: Some(definition.clone()),
        }
    }

    pub(super) fn enter(&mut self, definition: &DottedName) {
        self.definition = Some(definition.clone());
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.module, &self.definition) {
            (Some(module), Some(definition)) => write!(f, " in {module}:{definition}"),
            (Some(module), None) => write!(f, " in module {module}"),
            _ => Ok(()),
        }
    }
}

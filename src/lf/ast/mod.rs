//! Daml-LF as data: what an archive or a text says, before anything is resolved.
//!
//! Follows the Daml-LF 2 specification. Names are as written; a reference into the package itself
//! stays [`PackageIs::This`], since a package written as text has no id before it is encoded.
//! Types are shared (`Arc`), as archives share them; expressions are trees.

mod builtins;
mod definitions;
mod expressions;
mod types;
mod updates;

#[cfg(test)]
pub(crate) mod parts;

use std::fmt;

use crate::model::{DottedName, ModuleName, PackageId, PackageName, PackageVersion};

pub use builtins::BuiltinFunction;
pub use definitions::{
    Choice, DataCons, DefDataType, DefException, DefInterface, DefTemplate, DefTypeSynonym,
    DefValue, InterfaceInstance, InterfaceMethod, TemplateKey,
};
pub use expressions::{
    Binding, BuiltinCon, CaseAlternative, Expr, FailureCategory, Literal, Pattern,
};
pub use types::{BuiltinType, Kind, Type, TypeConApp};
pub use updates::Update;

/// A version of the language. Asked for at each place where versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LanguageVersion {
    /// LF 2.1
    V2_1,
    /// LF 2.2
    V2_2,
    /// LF 2.3
    V2_3,
}

impl LanguageVersion {
    /// Every version that Jura runs, oldest first.
    pub const ALL: [Self; 3] = [Self::V2_1, Self::V2_2, Self::V2_3];

    /// The minor version as archives spell it.
    pub const fn minor(self) -> &'static str {
        match self {
            Self::V2_1 => "1",
            Self::V2_2 => "2",
            Self::V2_3 => "3",
        }
    }
}

impl fmt::Display for LanguageVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2.{}", self.minor())
    }
}

/// A package.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The version of the language it is written in.
    pub language: LanguageVersion,
    /// Its name.
    pub name: PackageName,
    /// Its version under that name.
    pub version: PackageVersion,
    /// The package that it says to upgrade, if it says so.
    pub upgrades: Option<PackageId>,
    /// The packages it refers to, sorted. Computed from the references, not declared.
    pub dependencies: Vec<PackageId>,
    /// Its modules.
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its name.
    pub name: ModuleName,
    /// Feature flags as archives carry them.
    pub flags: FeatureFlags,
    /// Type synonyms.
    pub synonyms: Vec<DefTypeSynonym>,
    /// Records, variants, enums and the types of interfaces.
    pub data_types: Vec<DefDataType>,
    /// Values and functions.
    pub values: Vec<DefValue>,
    /// Templates.
    pub templates: Vec<DefTemplate>,
    /// Exceptions.
    pub exceptions: Vec<DefException>,
    /// Interfaces.
    pub interfaces: Vec<DefInterface>,
}

/// Flags of a module. All three must be set in LF 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "the archive has these three")]
pub struct FeatureFlags {
    /// Party literals are forbidden.
    pub forbid_party_literals: bool,
    /// Contract ids in create arguments divulge nothing.
    pub dont_divulge_contract_ids_in_create_arguments: bool,
    /// Observers don't see non-consuming choices.
    pub dont_disclose_non_consuming_choices_to_observers: bool,
}

/// The package that a reference points into.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PackageIs {
    /// The package that contains the reference.
    This,
    /// Another package.
    Other(PackageId),
}

/// A reference to a type constructor, type synonym, value, template or interface.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    /// The package.
    pub package: PackageIs,
    /// The module in it.
    pub module: ModuleName,
    /// The name in the module.
    pub name: DottedName,
}

/// A position in Daml source code; lines and columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Location {
    /// The module, if it is not the current one.
    pub module: Option<(PackageIs, ModuleName)>,
    /// First line, first column.
    pub start: (u32, u32),
    /// Last line, column after the last.
    pub end: (u32, u32),
}

//! What a package offers, without its code: data types, templates, interfaces.
//!
//! The Ledger API, value translation and `jura lf inspect` work on signatures. They are built once
//! per package when it is loaded, from its archive and the signatures of its dependencies.
//!
//! Invariants: types are in normal form (`super::types`); every constructor that a signature names
//! is in a package of the same [`Signatures`].

mod package;
mod ranks;
mod resolve;

mod lookup;

pub use lookup::{Instance, LookupError, Reference, Shape, Signatures};
pub use package::{
    ChoiceSignature, DataCons, DataType, InterfaceSignature, PackageSignature, TemplateSignature,
};
pub use ranks::Ranks;
pub use resolve::{Resolver, SignatureError};

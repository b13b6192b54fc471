//! May one version of a package follow another? Smart-contract upgrades, checked before packages are
//! vetted together.
//!
//! [`check_lineages`] looks at everything that a vetting state would hold of some names: each version
//! is compared with the one before it by [`check_pair`], which asks each kind of definition in its own
//! file: modules, templates with their choices and keys, then data types as records, variants and
//! enums. Called by the participant when packages are vetted or a DAR is validated.
//!
//! Invariants: pure; the same packages give the same first violation, in the order of names. Utility
//! packages, which define nothing that can be on the ledger, are never compared. A type may go from
//! one version of a package to a later one, never back.
//!
//! Deliberately absent: interfaces and exceptions may be in both versions, as they were or changed;
//! only what is stored on the ledger is compared, not what code does with it (signatories, ensure).

mod rule;
mod violation;

mod lineage;

mod pair;

mod template;

mod data;
mod enumeration;
mod record;
mod variant;

mod types;

#[cfg(test)]
mod tests;

pub use lineage::{LineageError, PackageAndVersion, check_lineages, is_utility};
pub use pair::check_pair;
pub use rule::Rule;
pub use violation::{Change, Incompatible, Origin, Violation};

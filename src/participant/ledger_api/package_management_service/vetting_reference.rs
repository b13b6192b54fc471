//! How a request names packages that are to be vetted or not: pure.

use std::collections::BTreeSet;
use std::fmt;

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::requests::undecodable;
use crate::model::{PackageId, PackageName, PackageVersion, TextError};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{Known, KnownPackages};

/// Names packages: what is given must fit, and an id or a name must be given.
#[derive(Debug, Clone)]
pub(super) struct VettingReference {
    id: Option<PackageId>,
    name: Option<PackageName>,
    version: Option<PackageVersion>,
}

impl VettingReference {
    pub(super) fn new(reference: &proto::VettedPackagesRef) -> Result<Self, Refusal> {
        let id = optional(&reference.package_id, "package_id", PackageId::parse)?;
        let name = optional(&reference.package_name, "package_name", PackageName::parse)?;
        let version = &reference.package_version;
        let version = optional(version, "package_version", PackageVersion::parse)?;
        match (&id, &name, &version) {
            (Some(_), Some(_), Some(_)) | (None, Some(_), _) | (Some(_), None, None) => {}
            (None, None, _) | (Some(_), Some(_), None) | (Some(_), None, Some(_)) => {
                return Err(undecodable(
                    "Either package_id must be set, or package_name and package_version must be \
                     set, or all three must be set.",
                ));
            }
        }
        Ok(Self { id, name, version })
    }

    /// The one package that is to be vetted.
    pub(super) fn one(&self, known: &KnownPackages) -> Result<PackageId, Refusal> {
        let mut found = self.all(known).into_iter();
        let Some(first) = found.next() else {
            return Err(Refusal::new(
                ErrorId::UnresolvedVettingReference,
                format!(
                    "The vetted package reference {self} does not match any package in the package \
                     store."
                ),
            ));
        };
        match found.next() {
            None => Ok(first),
            Some(second) => Err(Refusal::new(
                ErrorId::AmbiguousVettingReference,
                format!(
                    "The package reference {self} matches multiple packages: {first}, {second}{}",
                    if found.next().is_some() { ", …" } else { "" }
                ),
            )),
        }
    }

    /// All packages that fit: whatever fits is no longer vetted.
    pub(super) fn all(&self, known: &KnownPackages) -> BTreeSet<PackageId> {
        let fits = |(id, package): &(&PackageId, &Known)| {
            self.id.as_ref().is_none_or(|it| it == *id)
                && self.name.as_ref().is_none_or(|it| *it == package.name)
                && self
                    .version
                    .as_ref()
                    .is_none_or(|it| *it == package.version)
        };
        known
            .iter()
            .filter(fits)
            .map(|(id, _)| id.clone())
            .collect()
    }
}

impl fmt::Display for VettingReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        let mut part = |what: &str, text: Option<&str>| match text {
            None => Ok(()),
            Some(text) => {
                let written = write!(f, "{separator}{what} '{text}'");
                separator = ", ";
                written
            }
        };
        part("package-id", self.id.as_ref().map(PackageId::as_str))?;
        part("package-name", self.name.as_ref().map(PackageName::as_str))?;
        part("version", self.version.as_ref().map(PackageVersion::as_str))
    }
}

fn optional<T>(
    text: &str,
    field: &str,
    parse: impl FnOnce(&str) -> Result<T, TextError>,
) -> Result<Option<T>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = parse(text).map_err(|error| undecodable(format!("{field}: {error}")));
    parsed.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn known() -> KnownPackages {
        let mut packages = KnownPackages::default();
        for (id, name, version) in [
            ("a1", "main", "1.0.0"),
            ("a2", "main", "2.0.0"),
            ("b2", "main", "2.0.0"),
            ("d1", "dep", "1.0.0"),
        ] {
            let known = Known {
                name: PackageName::parse(name).unwrap(),
                version: PackageVersion::parse(version).unwrap(),
                known_since: Timestamp::EPOCH,
                size: 1,
            };
            packages.insert(PackageId::parse(id).unwrap(), known);
        }
        packages
    }

    fn reference(id: &str, name: &str, version: &str) -> Result<VettingReference, Refusal> {
        VettingReference::new(&proto::VettedPackagesRef {
            package_id: id.to_owned(),
            package_name: name.to_owned(),
            package_version: version.to_owned(),
        })
    }

    #[test]
    fn a_reference_fits_to_what_has_all_that_it_says() {
        let known = known();
        for (id, name, version, fitting) in [
            ("a1", "", "", vec!["a1"]),
            ("", "dep", "", vec!["d1"]),
            ("", "main", "1.0.0", vec!["a1"]),
            ("", "main", "2.0.0", vec!["a2", "b2"]),
            ("", "main", "", vec!["a1", "a2", "b2"]),
            ("b2", "main", "2.0.0", vec!["b2"]),
            ("b2", "main", "1.0.0", vec![]),
            ("b2", "dep", "2.0.0", vec![]),
            ("", "main", "3.0.0", vec![]),
            ("c9", "", "", vec![]),
        ] {
            let reference = reference(id, name, version).unwrap();
            let found = reference.all(&known);
            let found: Vec<&str> = found.iter().map(PackageId::as_str).collect();
            assert_eq!(found, fitting, "{reference}");
            let expected = match fitting[..] {
                [] => Err(ErrorId::UnresolvedVettingReference),
                [one] => Ok(one.to_owned()),
                [..] => Err(ErrorId::AmbiguousVettingReference),
            };
            let one = reference.one(&known).map(|id| id.to_string());
            assert_eq!(one.map_err(|refusal| refusal.id), expected, "{reference}");
        }
    }

    #[test]
    fn a_reference_needs_an_id_or_a_name() {
        for (id, name, version) in [
            ("", "", ""),
            ("", "", "1.0.0"),
            ("a1", "main", ""),
            ("a1", "", "1.0.0"),
            ("", "main", "1.x"),
            ("", "not a name!", ""),
        ] {
            let refusal = reference(id, name, version).unwrap_err();
            assert_eq!(refusal.id, ErrorId::ProtoDeserializationFailure);
        }
    }
}

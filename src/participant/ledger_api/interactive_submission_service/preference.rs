//! The newest version of a package that all participants concerned have vetted.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2::PackageReference;

use super::super::door::Door;
use super::super::requests::{domain, parties, required};
use crate::model::{DomainId, PackageName, Party};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::topology::State;

/// What is to be run by whose participants.
pub(super) struct Requirement {
    pub(super) name: PackageName,
    parties: BTreeSet<Party>,
}

impl Requirement {
    pub(super) fn new(name: &str, texts: &[String], fields: [&str; 2]) -> Result<Self, Refusal> {
        let [name_field, parties_field] = fields;
        let name = required(name, name_field, PackageName::parse)?;
        let parties = parties(texts)?;
        if parties.is_empty() {
            return Err(Refusal::missing_field(parties_field));
        }
        Ok(Self { name, parties })
    }

    /// The version to use, if there is one.
    pub(super) fn resolve(
        &self,
        topology: &State,
        known: &KnownPackages,
    ) -> Option<PackageReference> {
        let hosts: BTreeSet<_> = self
            .parties
            .iter()
            .filter_map(|party| topology.hosting(party))
            .flat_map(|hosting| &hosting.hosts)
            .map(|host| &host.participant)
            .collect();
        let versions = known.versions(&self.name).iter();
        let mut usable =
            versions.filter(|&id| hosts.iter().all(|host| topology.is_vetted(host, id)));
        let id = usable.next()?;
        let package = known.get(id)?;
        Some(PackageReference {
            package_id: id.to_string(),
            package_name: package.name.to_string(),
            package_version: package.version.to_string(),
        })
    }
}

/// Refuses parties that nobody knows, and packages that nobody has uploaded.
pub(super) fn check(
    requirements: &[Requirement],
    topology: &State,
    known: &KnownPackages,
) -> Result<(), Refusal> {
    let names = requirements.iter().map(|it| &it.name);
    let unknown = names.filter(|name| known.versions(name).is_empty());
    let unknown: Vec<&str> = unknown.map(PackageName::as_str).collect();
    if !unknown.is_empty() {
        return Err(Refusal::new(
            ErrorId::PackageNamesNotFound,
            format!(
                "The following package names do not match upgradable packages uploaded on this \
                 participant: [{}].",
                unknown.join(", ")
            ),
        ));
    }
    let mut parties = requirements.iter().flat_map(|it| &it.parties);
    if parties.any(|party| topology.hosting(party).is_none()) {
        return Err(Refusal::new(
            ErrorId::UnknownInformees,
            "The participant is not connected to any synchronizer where the given informees are \
             known.",
        ));
    }
    Ok(())
}

/// The domain that a request names, or the one that there is.
pub(super) async fn chosen_domain(door: &Door, text: &str) -> Result<DomainId, Refusal> {
    let asked = domain(text, "synchronizer_id/synchronizerId")?;
    let connected = door.domains().await?;
    match asked {
        Some(id) if connected.contains(&id) => Ok(id),
        Some(id) => Err(Refusal::new(
            ErrorId::NotConnectedToSynchronizer,
            format!("This participant is not connected to synchronizer {id}."),
        )),
        None => connected.into_iter().next().ok_or_else(|| {
            Refusal::new(
                ErrorId::NotConnectedToAnySynchronizer,
                "This participant is not connected to any synchronizer.",
            )
        }),
    }
}

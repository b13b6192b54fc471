//! The newest versions of packages that all participants concerned have vetted, together with what
//! these need of each other: pure, but for what is read first.

use std::collections::{BTreeMap, BTreeSet};

use canton_proto::com::daml::ledger::api::v2::PackageReference;

use super::super::door::Door;
use super::super::requests::{domain, parties, required, timestamp};
use crate::lf::signature::Signatures;
use crate::lf::upgrade::is_utility;
use crate::model::{DomainId, PackageId, PackageName, Party, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::KnownPackages;
use crate::participant::submission::not_connected;
use crate::topology::State;

/// What is to be run by whose participants.
pub(super) type Requirements = BTreeMap<PackageName, BTreeSet<Party>>;

/// One requirement of a request.
pub(super) fn requirement(
    name: &str,
    texts: &[String],
    fields: [&str; 2],
) -> Result<(PackageName, BTreeSet<Party>), Refusal> {
    let [name_field, parties_field] = fields;
    let name = required(name, name_field, PackageName::parse)?;
    let parties = parties(texts)?;
    if parties.is_empty() {
        return Err(Refusal::missing_field(parties_field));
    }
    Ok((name, parties))
}

/// When packages must be vetted: now, if the request does not say.
pub(super) fn valid_at(
    door: &Door,
    asked: Option<prost_types::Timestamp>,
) -> Result<Timestamp, Refusal> {
    let Some(asked) = asked else {
        return Ok(door.clock.now());
    };
    timestamp(asked).map_err(|refusal| {
        Refusal::invalid_field("vetting_valid_at/vettingValidAt", refusal.message)
    })
}

/// The version to use of each package, on the domain that a request names or on the first that has
/// them; an error with the reason if there is none of one.
pub(super) async fn prefer(
    door: &Door,
    requirements: &Requirements,
    at: Timestamp,
    domain_text: &str,
) -> Result<(DomainId, Preferred), Refusal> {
    let asked = domain(domain_text, "synchronizer_id/synchronizerId")?;
    let connected = door.domains().await?;
    let domains = match asked {
        Some(id) if connected.contains(&id) => vec![id],
        Some(id) => {
            return Err(Refusal::new(
                ErrorId::NotConnectedToSynchronizer,
                format!("This participant is not connected to synchronizer {id}."),
            ));
        }
        None => connected,
    };
    let topologies = door.sync.topologies().await?;
    let mut first = None;
    for domain in domains {
        let Some(topology) = topologies.get(&domain) else {
            continue;
        };
        let preferred = prefer_on(door, requirements, at, topology).await;
        if matches!(preferred, Ok(Ok(_))) {
            return Ok((domain, preferred?));
        }
        first = first.or(Some((domain, preferred)));
    }
    let (domain, preferred) = first.ok_or_else(not_connected)?;
    Ok((domain, preferred?))
}

/// Versions of packages, or why there is none of one.
type Preferred = Result<BTreeMap<PackageName, PackageReference>, String>;

async fn prefer_on(
    door: &Door,
    requirements: &Requirements,
    at: Timestamp,
    topology: &State,
) -> Result<Preferred, Refusal> {
    let known = door.model.packages().known();
    check(requirements, topology, &known)?;
    let vetting = Vetting { topology, at };
    for (name, parties) in requirements {
        for id in known.versions(name) {
            if parties.iter().any(|party| vetting.is_vetted(party, id)) {
                door.model.packages().signature(id).await?;
            }
        }
    }
    let preferences = Preferences {
        vetting,
        known: &known,
        signatures: &door.engine().signatures(),
        needs_all: topology.parameters().rules().needs_vetted_dependencies(),
    };
    Ok(preferences.choose(requirements))
}

/// Refuses parties that nobody knows, and packages that nobody has uploaded.
fn check(
    requirements: &Requirements,
    topology: &State,
    known: &KnownPackages,
) -> Result<(), Refusal> {
    let names = requirements.keys();
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
    let mut parties = requirements.values().flatten();
    if parties.any(|party| topology.hosting(party).is_none()) {
        return Err(Refusal::new(
            ErrorId::UnknownInformees,
            "The participant is not connected to any synchronizer where the given informees are \
             known.",
        ));
    }
    Ok(())
}

/// Who has vetted what at a time.
#[derive(Debug, Clone, Copy)]
struct Vetting<'a> {
    topology: &'a State,
    at: Timestamp,
}

impl Vetting<'_> {
    /// Whether all participants that host a party have vetted a package.
    fn is_vetted(self, party: &Party, package: &PackageId) -> bool {
        self.topology.hosting(party).is_some_and(|hosting| {
            let mut hosts = hosting.hosts.iter().map(|host| &host.participant);
            hosts.all(|host| self.topology.is_vetted(host, package, self.at))
        })
    }
}

/// Chooses versions.
struct Preferences<'a> {
    vetting: Vetting<'a>,
    known: &'a KnownPackages,
    /// Of the packages that somebody concerned has vetted, and of all that they need.
    signatures: &'a Signatures,
    /// Whether all that they need must be vetted by somebody concerned.
    needs_all: bool,
}

impl Preferences<'_> {
    fn choose(
        &self,
        requirements: &Requirements,
    ) -> Result<BTreeMap<PackageName, PackageReference>, String> {
        let extended = self.extend(requirements);
        let common: BTreeMap<&PackageName, Vec<&PackageId>> = extended
            .iter()
            .map(|(name, parties)| (name, self.common(name, parties)))
            .collect();
        let usable: BTreeSet<&PackageId> = common.values().flatten().copied().collect();
        let needs_only_usable = |id: &PackageId| {
            let mut needed = self.needed(id).into_iter();
            needed.all(|it| {
                let name = self.known.get(&it).map(|known| &known.name);
                if name.is_some_and(|name| common.contains_key(name)) {
                    usable.contains(&it)
                } else {
                    !self.needs_all || self.is_vetted_by_any(&it, requirements)
                }
            })
        };
        let chosen = requirements.keys().map(|name| {
            let candidates = common.get(name).into_iter().flatten();
            let newest = candidates.copied().find(|id| needs_only_usable(id));
            let reference = newest.and_then(|id| self.reference(id));
            let reference = reference.ok_or_else(|| {
                format!(
                    "no version of {name}, with what it needs, is vetted by all participants \
                     concerned"
                )
            })?;
            Ok((name.clone(), reference))
        });
        chosen.collect()
    }

    /// Whether somebody concerned has vetted a package; of standard libraries there are several versions.
    fn is_vetted_by_any(&self, id: &PackageId, requirements: &Requirements) -> bool {
        let mut parties = requirements.values().flatten();
        parties.any(|party| self.vetting.is_vetted(party, id))
            || self.signatures.package(id).is_some_and(|it| is_utility(it))
    }

    /// Who must have vetted a package must have vetted those that it needs, if they are asked for, too.
    fn extend(&self, requirements: &Requirements) -> Requirements {
        let mut extended = requirements.clone();
        for (name, parties) in requirements {
            for id in self.known.versions(name) {
                let needed: BTreeSet<PackageName> = self
                    .needed(id)
                    .iter()
                    .filter_map(|it| self.known.get(it))
                    .map(|known| known.name.clone())
                    .collect();
                for party in parties.iter().filter(|it| self.vetting.is_vetted(it, id)) {
                    for name in needed.iter().filter(|it| requirements.contains_key(*it)) {
                        extended
                            .entry(name.clone())
                            .or_default()
                            .insert(party.clone());
                    }
                }
            }
        }
        extended
    }

    /// The versions of a package that all parties have vetted, the newest first.
    fn common(&self, name: &PackageName, parties: &BTreeSet<Party>) -> Vec<&PackageId> {
        let mut common = Vec::new();
        for id in self.known.versions(name) {
            if parties.iter().all(|it| self.vetting.is_vetted(it, id)) {
                common.push(id);
            }
        }
        common
    }

    /// A package and all that it needs.
    fn needed(&self, id: &PackageId) -> BTreeSet<PackageId> {
        let mut found = BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if found.insert(id.clone())
                && let Some(package) = self.signatures.package(id)
            {
                open.extend(&package.dependencies);
            }
        }
        found
    }

    fn reference(&self, id: &PackageId) -> Option<PackageReference> {
        let package = self.known.get(id)?;
        Some(PackageReference {
            package_id: id.to_string(),
            package_name: package.name.to_string(),
            package_version: package.version.to_string(),
        })
    }
}

#[cfg(test)]
mod tests;

//! Which version of each package a submission runs with: pure.
//!
//! The first draft of a transaction is made with the newest versions that this participant has
//! vetted. Who is concerned by the draft must be able to run it, too: if a participant is not, the
//! next draft is made with the newest versions that it has vetted as well, and so on while the drafts
//! teach something new. What an application prefers restricts the choice.

use std::collections::{BTreeMap, BTreeSet};

use crate::lf::signature::Signatures;
use crate::lf::transaction::{Transaction, blinding_info};
use crate::lf::upgrade::is_utility;
use crate::model::{PackageId, PackageName, ParticipantId, Timestamp};
use crate::participant::packages::KnownPackages;
use crate::topology::State;

/// Knows the packages and who has vetted them.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    /// The packages of this participant.
    pub(super) known: &'a KnownPackages,
    /// Who has vetted what.
    pub(super) topology: &'a State,
    /// This participant.
    pub(super) participant: &'a ParticipantId,
    /// The ledger time that is tried first.
    pub(super) at: Timestamp,
    /// Versions that the application prefers.
    pub(super) preference: &'a BTreeSet<PackageId>,
}

/// The participants that must be able to run some version of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Requirements(BTreeMap<PackageName, BTreeSet<ParticipantId>>);

impl Requirements {
    /// The packages.
    pub(super) fn names(&self) -> impl Iterator<Item = &PackageName> {
        self.0.keys()
    }

    /// Adds those who see a part of a transaction. Returns whether that is new.
    pub(super) fn add(
        &mut self,
        transaction: &Transaction,
        known: &KnownPackages,
        topology: &State,
    ) -> bool {
        let disclosed = blinding_info(transaction).disclosure;
        let mut grown = false;
        for (node, parties) in transaction.nodes.iter().zip(disclosed) {
            let ids = node.template().into_iter().chain(node.interface());
            let packages: Vec<_> = ids.filter_map(|id| known.get(id.package())).collect();
            let hosts = parties.iter().filter_map(|party| topology.hosting(party));
            for host in hosts.flat_map(|hosting| &hosting.hosts) {
                for package in &packages {
                    let required = self.0.entry(package.name.clone()).or_default();
                    grown |= required.insert(host.participant.clone());
                }
            }
        }
        grown
    }
}

impl Selection<'_> {
    /// The newest version of each package that all who must can run. A package without such a version
    /// has no entry. With `needs`, they must have vetted all that it needs, as far as that is told.
    pub(super) fn versions(
        &self,
        requirements: &Requirements,
        needs: Option<&Signatures>,
    ) -> BTreeMap<PackageName, PackageId> {
        self.known
            .names()
            .filter_map(|(name, versions)| {
                let id = self.version(name, versions, requirements, needs)?;
                Some((name.clone(), id.clone()))
            })
            .collect()
    }

    fn version<'v>(
        &self,
        name: &PackageName,
        versions: &'v [PackageId],
        requirements: &Requirements,
        needs: Option<&Signatures>,
    ) -> Option<&'v PackageId> {
        let prefers = |id: &PackageId| self.preference.contains(id);
        let restricted = versions.iter().any(prefers);
        let required = requirements.0.get(name);
        let can_run = |id: &PackageId| {
            let needed = needs.map_or_else(|| [id.clone()].into(), |needs| schemas(id, needs));
            let mut who = required.into_iter().flatten().chain([self.participant]);
            who.all(|participant| {
                let mut needed = needed.iter();
                needed.all(|id| self.topology.is_vetted(participant, id, self.at))
            })
        };
        let mut versions = versions.iter();
        versions.find(|id| (!restricted || prefers(id)) && can_run(id))
    }

    /// Whether a participant that must be able to run a package is not.
    pub(super) fn is_lacking(
        &self,
        packages: &BTreeMap<PackageId, BTreeSet<PackageId>>,
        requirements: &Requirements,
    ) -> bool {
        let mut used = packages.values().flatten().filter_map(|id| {
            let known = self.known.get(id)?;
            Some((id, requirements.0.get(&known.name)?))
        });
        used.any(|(id, who)| {
            !who.iter()
                .all(|it| self.topology.is_vetted(it, id, self.at))
        })
    }
}

/// A package and all that it needs but standard libraries, of which others may have other versions.
fn schemas(id: &PackageId, needs: &Signatures) -> BTreeSet<PackageId> {
    let mut needed = needs.closure([id.clone()]);
    needed.retain(|it| it == id || !needs.package(it).is_some_and(|it| is_utility(it)));
    needed
}

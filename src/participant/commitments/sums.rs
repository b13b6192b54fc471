//! What a participant shares with each other one.

use std::collections::{BTreeMap, BTreeSet};

use super::LtHash;
use crate::model::{ContractId, ParticipantId, Party};
use crate::protocol::SharedDigest;
use crate::topology::State;

/// A contract comes or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which contract.
    pub contract: ContractId,
    /// Its stakeholders.
    pub stakeholders: BTreeSet<Party>,
    /// Which of the two.
    pub kind: Kind,
}

/// What happens to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It becomes active.
    Added,
    /// It ceases to be.
    Removed,
}

/// For each other participant, the sum of the contracts that both have a stakeholder of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums(BTreeMap<ParticipantId, Shared>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Shared {
    sum: LtHash,
    /// May be negative for what is only a difference.
    contracts: i64,
}

impl Sums {
    /// A contract comes or goes, as far as `own`, who does the sum, hosts a stakeholder of it.
    pub fn apply(&mut self, change: &Change, own: &ParticipantId, topology: &State) {
        let sharing = sharing(&change.stakeholders, own, topology);
        if sharing.is_empty() {
            return;
        }
        self.put(&element(&change.contract), sharing, change.kind);
    }

    /// An element comes or goes for some.
    pub(super) fn put(&mut self, element: &LtHash, whom: BTreeSet<ParticipantId>, kind: Kind) {
        for counter_participant in whom {
            let shared = self.0.entry(counter_participant).or_default();
            match kind {
                Kind::Added => {
                    shared.sum.add(element);
                    shared.contracts = shared.contracts.saturating_add(1);
                }
                Kind::Removed => {
                    shared.sum.remove(element);
                    shared.contracts = shared.contracts.saturating_sub(1);
                }
            }
        }
    }

    /// With what another has.
    pub fn add(&mut self, other: &Self) {
        for (counter_participant, added) in &other.0 {
            let shared = self.0.entry(counter_participant.clone()).or_default();
            shared.sum.add(&added.sum);
            shared.contracts = shared.contracts.saturating_add(added.contracts);
        }
    }

    /// Forgets those with whom nothing is shared any more.
    pub fn tidy(&mut self) {
        let nothing = Shared::default();
        self.0.retain(|_, shared| *shared != nothing);
    }

    /// What is told to each.
    pub fn digests(&self) -> BTreeMap<ParticipantId, SharedDigest> {
        let all = self.0.iter();
        let digests = all.map(|(counter_participant, shared)| {
            let digest = SharedDigest {
                hash: shared.sum.digest(),
                contracts: u64::try_from(shared.contracts).unwrap_or_default(),
            };
            (counter_participant.clone(), digest)
        });
        digests.collect()
    }
}

/// What is told about nothing.
pub(super) fn nothing_shared() -> SharedDigest {
    SharedDigest {
        hash: LtHash::default().digest(),
        contracts: 0,
    }
}

/// A contract in a sum.
pub(super) fn element(contract: &ContractId) -> LtHash {
    // reassignment between domains is not there yet
    LtHash::of_contract(contract, 0)
}

/// The others who host a stakeholder, if `own` does.
pub(super) fn sharing(
    stakeholders: &BTreeSet<Party>,
    own: &ParticipantId,
    topology: &State,
) -> BTreeSet<ParticipantId> {
    let hostings = stakeholders.iter().filter_map(|it| topology.hosting(it));
    let hosts = hostings.flat_map(|hosting| &hosting.hosts);
    let mut sharing: BTreeSet<ParticipantId> = hosts.map(|it| it.participant.clone()).collect();
    if !sharing.remove(own) {
        sharing.clear();
    }
    sharing
}

//! Sums from the tables of contracts.

use std::collections::BTreeSet;

use super::backlog::Closing;
use super::sums::{Kind, Sums, element, sharing};
use crate::model::{ContractId, ParticipantId, Party, Timestamp};
use crate::topology::State;

/// A contract with a stakeholder here, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub contract: ContractId,
    /// Its stakeholders.
    pub stakeholders: BTreeSet<Party>,
    /// Since when it is active.
    pub activated_at: Timestamp,
    /// Since when it is not.
    pub archived_at: Option<Timestamp>,
}

impl Known {
    /// With whom it is shared at a time.
    fn shared_at(
        &self,
        time: Timestamp,
        own: &ParticipantId,
        topology: &State,
    ) -> BTreeSet<ParticipantId> {
        let is_active = self.activated_at <= time && self.archived_at.is_none_or(|at| time < at);
        if is_active {
            sharing(&self.stakeholders, own, topology)
        } else {
            BTreeSet::new()
        }
    }
}

/// Sums contracts as they were shared at a boundary, and, apart from that, how that has changed since then.
/// Contracts may be given in any order, and while others change: when they came and went is kept.
#[derive(Debug)]
pub struct Scan {
    closing: Closing,
    /// Up to when the tables are complete, and who is who then.
    until: Timestamp,
    topology: State,
    at_boundary: Sums,
    since: Sums,
}

impl Scan {
    pub(super) fn new(closing: Closing, until: Timestamp, topology: State) -> Self {
        Self {
            closing,
            until,
            topology,
            at_boundary: Sums::default(),
            since: Sums::default(),
        }
    }

    /// Which boundary.
    pub const fn boundary(&self) -> Timestamp {
        self.closing.period.to
    }

    /// Takes one contract.
    pub fn take(&mut self, known: &Known, own: &ParticipantId) {
        let boundary = self.closing.period.to;
        let before = known.shared_at(boundary, own, &self.closing.topology);
        let after = known.shared_at(self.until, own, &self.topology);
        if before.is_empty() && after.is_empty() {
            return;
        }
        let element = element(&known.contract);
        if before != after {
            self.since.put(&element, before.clone(), Kind::Removed);
            self.since.put(&element, after, Kind::Added);
        }
        self.at_boundary.put(&element, before, Kind::Added);
    }

    /// The boundary with its sums, and the sums up to the end.
    pub fn finish(self) -> (Closing, Sums, Sums) {
        let mut sums = self.at_boundary.clone();
        sums.add(&self.since);
        (self.closing, self.at_boundary, sums)
    }
}

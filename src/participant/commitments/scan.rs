//! Sums from the tables of contracts.

use super::backlog::Closing;
use super::sums::{Change, Kind, Sums};
use crate::model::{ContractId, ParticipantId, Party, Timestamp};
use crate::topology::State;
use std::collections::BTreeSet;

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

/// Sums contracts as they were at a boundary, and, apart from that, how they have changed since then.
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
    pub fn take(&mut self, known: Known, own: &ParticipantId) {
        let Known {
            contract,
            stakeholders,
            activated_at,
            archived_at,
        } = known;
        let was_active =
            |at: Timestamp| activated_at <= at && archived_at.is_none_or(|until| at < until);
        let before = was_active(self.closing.period.to);
        let after = was_active(self.until);
        let change = |kind| Change {
            contract,
            stakeholders,
            kind,
        };
        match (before, after) {
            (true, true) => {
                let added = change(Kind::Added);
                self.at_boundary.apply(&added, own, &self.closing.topology);
            }
            (true, false) => {
                let removed = change(Kind::Removed);
                self.since.apply(&removed, own, &self.topology);
                let added = Change {
                    kind: Kind::Added,
                    ..removed
                };
                self.at_boundary.apply(&added, own, &self.closing.topology);
            }
            (false, true) => {
                self.since.apply(&change(Kind::Added), own, &self.topology);
            }
            (false, false) => {}
        }
    }

    /// The boundary with its sums, and the sums up to the end.
    pub fn finish(self) -> (Closing, Sums, Sums) {
        let mut sums = self.at_boundary.clone();
        sums.add(&self.since);
        (self.closing, self.at_boundary, sums)
    }
}

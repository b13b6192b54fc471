//! What the hosts of a party have answered: pure.

use std::collections::BTreeSet;

use crate::model::ParticipantId;
use crate::topology::{Hosting, Permission};

/// The confirmation of one party, by as many of its hosts as its threshold says.
#[derive(Debug)]
pub(super) struct Confirmation {
    hosting: Hosting,
    approved: BTreeSet<ParticipantId>,
    rejected: BTreeSet<ParticipantId>,
}

/// What an answer was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The first of this participant.
    Counted,
    /// The same as before.
    Repeated,
    /// The opposite of what it said before; that stays.
    Contradicts,
    /// The participant may not confirm for the party.
    NotAHost,
}

impl Confirmation {
    pub(super) const fn new(hosting: Hosting) -> Self {
        Self {
            hosting,
            approved: BTreeSet::new(),
            rejected: BTreeSet::new(),
        }
    }

    /// Takes an answer. The first of a participant counts, and only if the participant may confirm for
    /// the party.
    pub(super) fn take(&mut self, participant: &ParticipantId, approves: bool) -> Taken {
        if !self.hosting.confirms(participant) {
            return Taken::NotAHost;
        }
        let (same, opposite) = if approves {
            (&mut self.approved, &self.rejected)
        } else {
            (&mut self.rejected, &self.approved)
        };
        if opposite.contains(participant) {
            Taken::Contradicts
        } else if same.insert(participant.clone()) {
            Taken::Counted
        } else {
            Taken::Repeated
        }
    }

    pub(super) fn is_reached(&self) -> bool {
        self.approved.len() >= self.hosting.threshold as usize
    }

    pub(super) fn is_out_of_reach(&self) -> bool {
        let may_still_approve = self
            .hosting
            .hosts
            .iter()
            .filter(|host| host.permission >= Permission::Confirmation)
            .filter(|host| !self.rejected.contains(&host.participant))
            .count();
        may_still_approve < self.hosting.threshold as usize
    }
}

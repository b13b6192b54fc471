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
    pub(super) fn take(&mut self, participant: &ParticipantId, approves: bool) {
        let answered = self.approved.contains(participant) || self.rejected.contains(participant);
        if answered || !self.hosting.confirms(participant) {
            return;
        }
        let answers = if approves {
            &mut self.approved
        } else {
            &mut self.rejected
        };
        answers.insert(participant.clone());
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

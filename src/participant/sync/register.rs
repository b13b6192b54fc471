//! Submissions on their way: in memory while they are in flight.

use std::collections::{HashMap, HashSet};

use crate::participant::submission::{ChangeId, DomainNumber};
use crate::protocol::MessageId;
use crate::wire::ledger as wire;

/// The submissions in flight.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    by_message: HashMap<MessageId, Submitted>,
    changes: HashSet<ChangeId>,
}

/// A submission in flight.
#[derive(Debug, Clone)]
pub(super) struct Submitted {
    pub change_id: ChangeId,
    /// Where it is on its way.
    pub domain: DomainNumber,
    /// What its completion will say.
    pub in_flight: wire::InFlightSubmission,
}

impl InFlight {
    pub(super) fn insert(&mut self, message_id: MessageId, submitted: Submitted) {
        self.changes.insert(submitted.change_id);
        self.by_message.insert(message_id, submitted);
    }

    pub(super) fn remove(&mut self, message_id: &MessageId) -> Option<Submitted> {
        let submitted = self.by_message.remove(message_id)?;
        self.changes.remove(&submitted.change_id);
        Some(submitted)
    }

    /// Whether a message is a submission on its way on a domain.
    pub(super) fn contains(&self, message_id: &MessageId, domain: DomainNumber) -> bool {
        let submitted = self.by_message.get(message_id);
        submitted.is_some_and(|it| it.domain == domain)
    }

    pub(super) fn has_change(&self, change: &ChangeId) -> bool {
        self.changes.contains(change)
    }

    pub(super) fn len(&self) -> usize {
        self.by_message.len()
    }
}

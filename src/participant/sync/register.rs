//! Submissions on their way: in memory while they are in flight.

use std::collections::{HashMap, HashSet};

use crate::participant::submission::ChangeId;
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

    pub(super) fn contains(&self, message_id: &MessageId) -> bool {
        self.by_message.contains_key(message_id)
    }

    pub(super) fn has_change(&self, change: &ChangeId) -> bool {
        self.changes.contains(change)
    }

    pub(super) fn len(&self) -> usize {
        self.by_message.len()
    }
}

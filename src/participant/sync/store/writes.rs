//! Everything that one turn of the loop keeps: written as one.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::processor::Decision;
use crate::model::{ContractId, Hash, Offset, Timestamp};
use crate::participant::submission::{AcceptedChange, ChangeId, DomainNumber};
use crate::protocol::{MessageId, RequestId};
use crate::sequencer_client::Position;
use crate::topology::PublishedTransaction;

/// What is to be written, all or nothing.
#[derive(Debug, Default)]
pub(in super::super) struct Writes {
    /// Entries of the event log.
    pub entries: Vec<(Offset, Bytes)>,
    /// Contracts seen for the first time.
    pub contracts: Vec<(ContractId, Bytes)>,
    /// Contracts that became active.
    pub activated: Vec<Activation>,
    /// Contracts that were active before and are archived: when, and by which entry.
    pub archived: Vec<(ContractId, Timestamp, Offset)>,
    /// Accepted changes.
    pub accepted: BTreeMap<ChangeId, AcceptedChange>,
    /// Submissions that have their completion.
    pub finished: Vec<MessageId>,
    /// The domain that all of this is about, if it is about one: what follows, and what was activated.
    pub domain: Option<DomainNumber>,
    /// Published topology transactions.
    pub topology: Vec<PublishedTransaction>,
    /// Requests that have no verdict yet.
    pub undecided_added: Vec<(RequestId, Decision)>,
    /// Requests that have one now.
    pub undecided_removed: Vec<RequestId>,
    /// Record times of some offsets.
    pub times: Vec<(Offset, Timestamp)>,
    /// The last event whose effects are in the above.
    pub position: Option<Position>,
}

/// A contract that became active, and perhaps was archived since.
#[derive(Debug, Clone)]
pub(in super::super) struct Activation {
    pub id: ContractId,
    pub at: Timestamp,
    pub archived: Option<(Timestamp, Offset)>,
    /// Its key, and its place among the creations of its transaction.
    pub key: Option<(Hash, i32)>,
}

impl Writes {
    /// Whether anything but the position would be written.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.contracts.is_empty()
            && self.finished.is_empty()
            && self.topology.is_empty()
            && self.undecided_added.is_empty()
            && self.undecided_removed.is_empty()
    }

    /// A contract is archived: in what is written now, or in what was written before.
    pub(in super::super) fn archive(&mut self, id: &ContractId, at: Timestamp, by: Offset) {
        match self.activated.iter_mut().find(|it| it.id == *id) {
            Some(activation) => activation.archived = Some((at, by)),
            None => self.archived.push((id.clone(), at, by)),
        }
    }
}

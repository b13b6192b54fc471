//! What a participant's database has about commitments: as the statements of the store do it.

use std::collections::BTreeMap;

use super::super::reckoning::Closed;
use super::super::store::CommitmentWrites;
use crate::model::{ParticipantId, Timestamp};
use crate::participant::commitments::{Book, Compared, Computed, Received};

/// Three tables.
#[derive(Debug, Default)]
pub(super) struct KeptCommitments {
    computed: BTreeMap<Timestamp, Computed>,
    received: BTreeMap<(ParticipantId, Timestamp), Received>,
    compared: BTreeMap<ParticipantId, Compared>,
}

impl KeptCommitments {
    pub(super) fn book(&self) -> Book {
        let received = self.received.iter();
        Book::restore(
            self.computed.values().cloned(),
            received.map(|((from, _), received)| (from.clone(), *received)),
            self.compared.values().cloned(),
        )
    }

    /// What was computed, and what has become of what others have said about it before.
    pub(super) fn keep(&mut self, closed: &Closed) {
        let end = closed.computed.period.to;
        self.computed.insert(end, closed.computed.clone());
        self.received.retain(|(_, at), _| *at > end);
        self.computed
            .retain(|at, _| *at >= closed.oldest && *at <= end);
        self.compare(&closed.compared);
    }

    /// What others have said.
    pub(super) fn hear(&mut self, writes: &CommitmentWrites) {
        for (from, received) in &writes.ahead {
            let key = (from.clone(), received.period.to);
            self.received.entry(key).or_insert(*received);
        }
        self.compare(&writes.compared);
    }

    fn compare(&mut self, compared: &[Compared]) {
        for it in compared {
            let kept = self.compared.get(&it.counter_participant);
            if kept.is_none_or(|kept| kept.period.to <= it.period.to) {
                let from = it.counter_participant.clone();
                self.compared.insert(from, it.clone());
            }
        }
    }

    /// The latest comparison with each other participant.
    pub(super) fn compared(&self) -> impl Iterator<Item = &Compared> {
        self.compared.values()
    }

    /// The latest that was computed.
    pub(super) fn latest(&self) -> Option<&Computed> {
        self.computed.values().next_back()
    }
}

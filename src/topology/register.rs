//! The topology over time, as a member of a domain knows it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::head::{Head, Taken};
use super::history::History;
use super::{Applied, Error, Proposal, SignedTransaction, State};
use crate::model::{Duration, Timestamp};

/// What was sequenced up to a time, and what of it is in force when.
#[derive(Debug, Clone)]
pub struct Register {
    head: Head,
    /// The sequencing time of what the domain was founded with.
    founded_at: Option<Timestamp>,
    /// Sequenced, but not in force yet, in order.
    pending: VecDeque<Change>,
    /// What has come into force.
    history: Arc<History>,
    /// Time has come to here.
    now: Timestamp,
    /// Everything up to here is known.
    processed: Timestamp,
}

#[derive(Debug, Clone)]
struct Change {
    state: State,
    effective: Effective,
}

/// A transaction that came into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// It is in force for everything later than this.
    pub at: Timestamp,
    /// The transaction, encoded, with its signatures.
    pub transaction: Bytes,
    /// What it changed.
    pub applied: Applied,
}

impl Default for Register {
    fn default() -> Self {
        Self::new()
    }
}

impl Register {
    /// Nothing is known.
    pub fn new() -> Self {
        Self {
            head: Head::default(),
            founded_at: None,
            pending: VecDeque::new(),
            history: Arc::default(),
            now: Timestamp::EPOCH,
            processed: Timestamp::EPOCH,
        }
    }

    /// Takes a transaction that was sequenced at a time; not earlier than the ones before. If it lacks
    /// signatures it is kept as a proposal.
    ///
    /// # Errors
    /// See [`Head::take`]; nothing is changed then.
    pub fn publish(&mut self, transaction: &Bytes, sequenced_at: Timestamp) -> Result<(), Error> {
        let signed = SignedTransaction::decode(transaction.clone())?;
        let founded_at = self.founded_at.unwrap_or(sequenced_at);
        let delay = if founded_at == sequenced_at {
            Duration::default()
        } else {
            self.delay()
        };
        // never earlier than what was said before, whatever a faulty clock says
        let last = self.pending.back().map(|it| it.effective.at);
        let at = sequenced_at.plus(delay).max(last.unwrap_or(sequenced_at));
        match self.head.take(signed, sequenced_at, at)? {
            Taken::Authorized { applied, .. } => self.pending.push_back(Change {
                state: self.head.state().clone(),
                effective: Effective {
                    at,
                    transaction: transaction.clone(),
                    applied,
                },
            }),
            Taken::Proposed(_) => {}
        }
        self.founded_at = Some(founded_at);
        self.processed = self.processed.max(sequenced_at);
        Ok(())
    }

    /// Time has come to an event: what is in force for it, and what has come into force since the last
    /// one.
    pub fn advance(&mut self, to: Timestamp) -> Vec<Effective> {
        self.processed = self.processed.max(to);
        self.now = self.now.max(to);
        let mut effective = Vec::new();
        while let Some(change) = self.pending.pop_front_if(|it| it.effective.at < to) {
            let history = Arc::make_mut(&mut self.history);
            history.change(change.effective.at, change.state);
            effective.push(change.effective);
        }
        effective
    }

    /// What is in force for the last event.
    pub fn now(&self) -> &State {
        self.history.last()
    }

    /// The time of the last event.
    pub const fn time(&self) -> Timestamp {
        self.now
    }

    /// What has come into force up to the last event, and when.
    pub const fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// What is in force for a time. `None` if something that is not known yet may be in force then.
    pub fn at(&self, time: Timestamp) -> Option<&State> {
        if time > self.processed.plus(self.delay()) {
            return None;
        }
        let mut pending = self.pending.iter().rev();
        let coming = pending.find(|it| it.effective.at < time);
        Some(coming.map_or_else(|| self.history.at(time), |it| &it.state))
    }

    /// What will be in force when every delay is over: whoever says something new builds on it.
    pub const fn head(&self) -> &State {
        self.head.state()
    }

    /// When the next change comes into force.
    pub fn next_change(&self) -> Option<Timestamp> {
        self.pending.front().map(|it| it.effective.at)
    }

    /// When the last change comes into force, of those that are not.
    pub fn last_change(&self) -> Option<Timestamp> {
        self.pending.back().map(|it| it.effective.at)
    }

    /// What waits for signatures.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.head.proposals()
    }

    fn delay(&self) -> Duration {
        self.head.state().parameters().topology_change_delay
    }
}

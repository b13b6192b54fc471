//! What was in force when, as far back as it is remembered.

use std::collections::VecDeque;

use super::State;
use crate::model::{Duration, Timestamp};

/// Snapshots that are kept: for requests without a verdict that are looked at again, and for those
/// that were made under a topology which changed before they were sequenced. They share nearly
/// everything.
const CHANGES_MAX: usize = 1024;

/// The snapshots of a domain, by when each came into force.
///
/// For a sequencing time it is the same at every member, since it follows from what was published.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What was in force before the first change that is remembered.
    first: State,
    /// Since when, unless it is from the beginning.
    first_since: Option<Timestamp>,
    /// What is in force for times later than each, the last one now.
    changes: VecDeque<(Timestamp, State)>,
}

impl History {
    /// A snapshot comes into force for everything later than a time, which is not earlier than those
    /// before.
    pub fn change(&mut self, since: Timestamp, state: State) {
        // of several at one time, the last
        self.changes.pop_back_if(|(last, _)| *last == since);
        self.changes.push_back((since, state));
        if self.changes.len() > CHANGES_MAX
            && let Some((since, state)) = self.changes.pop_front()
        {
            self.first = state;
            self.first_since = Some(since);
        }
    }

    /// What is in force now.
    pub fn last(&self) -> &State {
        self.changes.back().map_or(&self.first, |(_, state)| state)
    }

    /// What is in force for a time; the earliest that is remembered for all before.
    pub fn at(&self, time: Timestamp) -> &State {
        let mut changes = self.changes.iter().rev();
        let change = changes.find(|(since, _)| *since < time);
        change.map_or(&self.first, |(_, state)| state)
    }

    /// What was in force for a time and was replaced before something was sequenced, no longer ago than
    /// a tolerance. `None` if that was longer ago, if it was not replaced, and if it is not remembered.
    pub fn replaced(
        &self,
        time: Timestamp,
        sequenced_at: Timestamp,
        tolerance: Duration,
    ) -> Option<&State> {
        let later = self.changes.partition_point(|(since, _)| *since < time);
        let (until, _) = self.changes.get(later)?;
        if *until >= sequenced_at || sequenced_at.since(*until) > tolerance {
            return None;
        }
        if let Some(place) = later.checked_sub(1) {
            self.changes.get(place).map(|(_, state)| state)
        } else {
            let is_remembered = self.first_since.is_none_or(|since| since < time);
            is_remembered.then_some(&self.first)
        }
    }
}

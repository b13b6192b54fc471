//! What was computed here, what others have said, and whether it is the same.

use std::collections::{BTreeMap, VecDeque};

use super::sums::nothing_shared;
use crate::model::{ParticipantId, Timestamp};
use crate::protocol::{Period, SharedDigest};

/// Periods that are remembered, for what others say late. Who is later than that learns nothing from it.
const COMPUTED_MAX: usize = 32;

/// What one participant may say about boundaries to which this one has not come yet.
const AHEAD_MAX: usize = 32;

/// What this participant shares with others at the boundaries of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// When.
    pub period: Period,
    /// With whom what.
    pub shared: BTreeMap<ParticipantId, SharedDigest>,
}

/// What another has said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// When it shall have been so.
    pub period: Period,
    /// What it shares with this participant.
    pub shared: SharedDigest,
}

/// What both say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The other.
    pub counter_participant: ParticipantId,
    /// About when.
    pub period: Period,
    /// What this participant has.
    pub own: SharedDigest,
    /// What the other has.
    pub received: SharedDigest,
}

/// What becomes of something that another has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It was compared.
    Compared(Compared),
    /// It will be, when this participant has come there.
    Ahead,
    /// It was said before.
    Repeated,
    /// It is about a boundary that was left out here, or is forgotten.
    Forgotten,
}

/// Everything said lately about one domain.
#[derive(Debug, Default)]
pub struct Book {
    computed: VecDeque<Computed>,
    ahead: BTreeMap<ParticipantId, BTreeMap<Timestamp, Received>>,
    compared: BTreeMap<ParticipantId, Compared>,
}

impl Compared {
    /// Whether both say the same.
    pub fn matches(&self) -> bool {
        self.own == self.received
    }
}

impl Book {
    /// As it was kept; what was computed comes oldest first.
    pub fn restore(
        computed: impl IntoIterator<Item = Computed>,
        ahead: impl IntoIterator<Item = (ParticipantId, Received)>,
        compared: impl IntoIterator<Item = Compared>,
    ) -> Self {
        let mut book = Self {
            computed: computed.into_iter().collect(),
            ..Self::default()
        };
        for it in compared {
            book.compared.insert(it.counter_participant.clone(), it);
        }
        for (from, received) in ahead {
            book.wait(&from, received);
        }
        book
    }

    /// Another says something that was checked.
    pub fn receive(&mut self, from: &ParticipantId, received: Received) -> Taken {
        let last = self.compared.get(from);
        if last.is_some_and(|it| it.period == received.period && it.received == received.shared) {
            return Taken::Repeated;
        }
        let end = self.computed.back().map(|it| it.period.to);
        if end.is_none_or(|end| end < received.period.to) {
            return if self.wait(from, received) {
                Taken::Ahead
            } else {
                Taken::Repeated
            };
        }
        match self.compare(from, received) {
            Some(compared) => Taken::Compared(compared),
            None => Taken::Forgotten,
        }
    }

    /// This participant has come to the end of a period. What others have said about it before is compared.
    /// Gives also what there is to tell: also to those with whom nothing is shared any more.
    pub fn compute(&mut self, mut computed: Computed) -> (Computed, Vec<Compared>) {
        for counter_participant in self.listeners() {
            let shared = computed.shared.entry(counter_participant);
            shared.or_insert_with(nothing_shared);
        }
        let end = computed.period.to;
        // once more after a restart, or after time that was processed twice
        self.computed.retain(|it| it.period.to < end);
        self.computed.push_back(computed.clone());
        if self.computed.len() > COMPUTED_MAX {
            self.computed.pop_front();
        }
        let mut due = Vec::new();
        for (from, waiting) in &mut self.ahead {
            let later = waiting.split_off(&end.successor());
            let now = std::mem::replace(waiting, later);
            due.extend(now.into_values().map(|it| (from.clone(), it)));
        }
        self.ahead.retain(|_, waiting| !waiting.is_empty());
        let compared = due
            .into_iter()
            .filter_map(|(from, received)| self.compare(&from, received))
            .collect();
        (computed, compared)
    }

    /// The oldest end of a period that is remembered.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.computed.front().map(|it| it.period.to)
    }

    /// The latest that was computed.
    pub fn latest(&self) -> Option<&Computed> {
        self.computed.back()
    }

    /// The last comparison with each other participant.
    pub fn compared(&self) -> impl Iterator<Item = &Compared> {
        self.compared.values()
    }

    /// Those to whom something other than nothing was said last, or who disagree.
    fn listeners(&self) -> Vec<ParticipantId> {
        let last = self.computed.back().into_iter().flat_map(|it| &it.shared);
        let told = last.filter(|(_, shared)| **shared != nothing_shared());
        let disagreeing = self.compared.values().filter(|it| !it.matches());
        told.map(|(to, _)| to)
            .chain(disagreeing.map(|it| &it.counter_participant))
            .cloned()
            .collect()
    }

    /// Whether it is the first about its end.
    fn wait(&mut self, from: &ParticipantId, received: Received) -> bool {
        let waiting = self.ahead.entry(from.clone()).or_default();
        if waiting.contains_key(&received.period.to) {
            return false;
        }
        waiting.insert(received.period.to, received);
        if waiting.len() > AHEAD_MAX {
            waiting.pop_first();
        }
        true
    }

    /// Each word holds at all boundaries of its period, so where two have one in common they are the same.
    fn compare(&mut self, from: &ParticipantId, received: Received) -> Option<Compared> {
        let common = self.computed.iter().rev();
        let own = common
            .filter(|it| it.period.overlaps(&received.period))
            .map(|it| it.shared.get(from).copied().unwrap_or_else(nothing_shared));
        let mut latest = None;
        for own in own {
            latest.get_or_insert(own);
            if own != received.shared {
                latest = Some(own);
                break;
            }
        }
        let compared = Compared {
            counter_participant: from.clone(),
            period: received.period,
            own: latest?,
            received: received.shared,
        };
        let last = self.compared.get(from);
        if last.is_none_or(|last| last.period.to <= compared.period.to) {
            self.compared.insert(from.clone(), compared.clone());
        }
        Some(compared)
    }
}

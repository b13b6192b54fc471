//! What happened while a script ran: for its report.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::place::Place;
use crate::lf::transaction::Transaction;
use crate::model::{Party, Timestamp};

/// Steps that a journal keeps; what a script does beyond is only counted.
const STEPS_MAX: usize = 10_000;

/// Traces that a journal keeps.
const TRACES_MAX: usize = 10_000;

/// Something that a script did to the ledger.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "named as in the report")]
pub enum Step {
    /// Commands were committed.
    Committed {
        transaction: Option<Arc<Transaction>>,
        act_as: BTreeSet<Party>,
        read_as: BTreeSet<Party>,
        at: Timestamp,
        place: Option<Place>,
    },
    /// Commands were refused, as the script expected or accepted.
    Refused {
        act_as: BTreeSet<Party>,
        read_as: BTreeSet<Party>,
        at: Timestamp,
        place: Option<Place>,
        reason: String,
    },
    /// The time was set.
    Time(Timestamp),
}

/// What happened while a script ran.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// What it did to the ledger.
    pub steps: Vec<Step>,
    /// What its code told by `trace` and `debug`, on the ledger and off it.
    pub traces: Vec<Arc<str>>,
    /// How many questions it asked.
    pub questions: u64,
    /// How many submissions were committed.
    pub transactions: u64,
    /// Where it asked the last question that says where it stands.
    pub last_place: Option<Place>,
}

impl Journal {
    /// Adds a step.
    pub(super) fn add(&mut self, step: Step) {
        if matches!(step, Step::Committed { .. }) {
            self.transactions += 1;
        }
        if self.steps.len() < STEPS_MAX {
            self.steps.push(step);
        }
    }

    /// Adds what was told.
    pub(super) fn tell(&mut self, traces: impl IntoIterator<Item = Arc<str>>) {
        let room = TRACES_MAX.saturating_sub(self.traces.len());
        self.traces.extend(traces.into_iter().take(room));
    }
}

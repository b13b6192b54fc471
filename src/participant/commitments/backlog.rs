//! The order of the work: changes, boundaries, and when to begin anew.

use std::collections::VecDeque;

use super::Computed;
use super::scan::Scan;
use super::sums::{Change, Sums};
use crate::model::Timestamp;
use crate::protocol::Period;
use crate::topology::State;

/// Changes that are added to the sums at once: so many that they are worth a job, so few that they take
/// some milliseconds.
const FOLD_MAX: usize = 1000;

/// Changes that may wait. More, and the sums are made anew from the tables, which is less work then.
const WAITING_MAX: usize = 200_000;

/// Boundaries that may wait.
const CLOSING_MAX: usize = 64;

/// A boundary, or several between which nothing happened.
#[derive(Debug, Clone)]
pub struct Closing {
    /// Which.
    pub period: Period,
    /// Who is who then.
    pub topology: State,
}

impl Closing {
    /// What is told about it.
    pub fn compute(&self, sums: &Sums) -> Computed {
        Computed {
            period: self.period,
            shared: sums.digests(),
        }
    }
}

/// What is to be done next, beside the loop.
#[derive(Debug)]
pub enum Step {
    /// Add changes.
    Fold {
        /// To these.
        sums: Sums,
        /// What.
        changes: Vec<Change>,
        /// Under these hosts.
        topology: State,
    },
    /// Tell the digests at a boundary.
    Close {
        /// Of these.
        sums: Sums,
        /// Which.
        closing: Closing,
    },
    /// Sum all contracts.
    Scan(Scan),
}

#[derive(Debug)]
enum Work {
    Changes(Vec<Change>, State),
    Close(Closing),
    /// The sums do not hold any more.
    Forget,
}

/// What is still to be done. One step at a time is out of it.
#[derive(Debug, Default)]
pub struct Backlog {
    /// What happened since the last piece of work, in order.
    changes: Vec<Change>,
    work: VecDeque<Work>,
    /// Changes and boundaries in `work`.
    changes_waiting: usize,
    closings_waiting: usize,
    /// `None` while they are worked on, and before they were made.
    sums: Option<Sums>,
    is_out: bool,
    /// What is out will be of no use.
    is_out_in_vain: bool,
    /// Whether anything happened since the last boundary.
    is_changed: bool,
}

impl Backlog {
    /// Nothing is known yet but what the tables have.
    pub fn new() -> Self {
        Self {
            is_changed: true,
            ..Self::default()
        }
    }

    /// A contract comes or goes.
    pub fn change(&mut self, change: Change) {
        self.is_changed = true;
        self.changes.push(change);
        if self.changes.len() + self.changes_waiting > WAITING_MAX {
            self.changes.clear();
            self.begin_anew();
        }
    }

    /// Everything that happened up to a boundary was told.
    pub fn close(&mut self, closing: Closing) {
        self.is_changed = false;
        let topology = closing.topology.clone();
        self.flush(topology);
        self.closings_waiting += 1;
        if self.closings_waiting > CLOSING_MAX {
            self.begin_anew();
            self.closings_waiting = 1;
        }
        self.work.push_back(Work::Close(closing));
    }

    /// A party that was there before has other hosts now.
    pub fn hosts_changed(&mut self) {
        // what happened before is in the tables, where the sums are made from
        self.changes.clear();
        if !matches!(self.work.back(), Some(Work::Forget)) {
            self.work.push_back(Work::Forget);
        }
    }

    /// Whether a contract came or went since the last boundary, or may have done so.
    pub const fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// What is to be done now, if nothing else is. Everything up to `until` is in the tables; `topology`
    /// is who is who then.
    pub fn next(&mut self, until: Timestamp, topology: &State) -> Option<Step> {
        if self.is_out {
            return None;
        }
        if self.changes.len() >= FOLD_MAX {
            self.flush(topology.clone());
        }
        let step = self.take(until, topology)?;
        self.is_out = true;
        Some(step)
    }

    /// A step is done; the sums as it has left them.
    pub fn done(&mut self, sums: Sums) {
        self.is_out = false;
        if !std::mem::take(&mut self.is_out_in_vain) {
            self.sums = Some(sums);
        }
    }

    fn take(&mut self, until: Timestamp, topology: &State) -> Option<Step> {
        while let Some(work) = self.work.pop_front() {
            match work {
                Work::Forget => self.sums = None,
                Work::Changes(changes, topology) => {
                    self.changes_waiting -= changes.len();
                    if let Some(sums) = self.sums.take() {
                        return Some(Step::Fold {
                            sums,
                            changes,
                            topology,
                        });
                    }
                }
                Work::Close(closing) => {
                    self.closings_waiting -= 1;
                    return Some(match self.sums.take() {
                        Some(sums) => Step::Close { sums, closing },
                        None => self.scan(closing, until, topology),
                    });
                }
            }
        }
        None
    }

    /// The latest boundary is the one that is worth it. All that waits is in the tables.
    fn scan(&mut self, first: Closing, until: Timestamp, topology: &State) -> Step {
        let waiting = self.work.drain(..).rev();
        let last = waiting.into_iter().find_map(|work| match work {
            Work::Close(closing) => Some(closing),
            Work::Changes(..) | Work::Forget => None,
        });
        let last = last.unwrap_or(first);
        self.changes.clear();
        self.changes_waiting = 0;
        self.closings_waiting = 0;
        Step::Scan(Scan::new(last, until, topology.clone()))
    }

    fn flush(&mut self, topology: State) {
        if !self.changes.is_empty() {
            let changes = std::mem::take(&mut self.changes);
            self.changes_waiting += changes.len();
            self.work.push_back(Work::Changes(changes, topology));
        }
    }

    /// Too much waits.
    fn begin_anew(&mut self) {
        self.work.clear();
        self.changes_waiting = 0;
        self.closings_waiting = 0;
        self.sums = None;
        self.is_out_in_vain = self.is_out;
    }
}

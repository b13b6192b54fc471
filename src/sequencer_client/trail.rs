//! Which places in its events a member can name when it keeps its position: pure.

use std::collections::VecDeque;

use super::Position;
use crate::model::Timestamp;
use crate::protocol::{ChainPoint, KnownPoint};

/// The points of the events that were handed on, from the one from which a restart would read.
#[derive(Debug)]
pub(crate) struct Trail {
    points: VecDeque<KnownPoint>,
    /// The last event that was seen in an earlier life.
    seen_before: KnownPoint,
}

impl Trail {
    /// Nothing is handed on yet after a position.
    pub(crate) fn new(position: &Position) -> Self {
        Self {
            points: VecDeque::from([position.resume]),
            seen_before: position.seen,
        }
    }

    /// An event is handed on; this is the point after it.
    pub(crate) fn push(&mut self, point: ChainPoint) {
        self.points.push_back(point.into());
    }

    /// The position to be kept when everything up to `resume` is done and everything up to `seen`
    /// was processed.
    pub(crate) fn position(&self, resume: Timestamp, seen: Timestamp) -> Position {
        Position {
            resume: self.point(resume.min(seen)),
            seen: self.point(seen),
        }
    }

    /// A position is durable: what came before is forgotten.
    pub(crate) fn kept(&mut self, position: &Position) {
        while let Some(next) = self.points.get(1)
            && next.time <= position.resume.time
        {
            self.points.pop_front();
        }
    }

    /// The last event at or before a time.
    fn point(&self, at: Timestamp) -> KnownPoint {
        let after = self.points.partition_point(|point| point.time <= at);
        let last = after
            .checked_sub(1)
            .and_then(|index| self.points.get(index));
        // the trail starts where a restart would read: nothing earlier is asked for
        let Some(last) = last.or_else(|| self.points.front()) else {
            return self.seen_before;
        };
        // what was seen in an earlier life may not have come again yet
        if (last.time..=at).contains(&self.seen_before.time) && last.time < self.seen_before.time {
            return self.seen_before;
        }
        *last
    }
}

//! Fewer boundaries while there is much to catch up.

use crate::model::{Duration, Timestamp};
use crate::protocol::Period;

/// When boundaries are left out, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// While behind, only every so manieth boundary counts.
    pub interval_skip: u32,
    /// Behind is who lags by more than so many of these longer intervals.
    pub intervals_to_trigger: u32,
}

impl CatchUp {
    /// Whether a participant is behind when it comes to a boundary.
    pub fn is_behind(self, boundary: Timestamp, interval: Duration, now: Timestamp) -> bool {
        let bound = self
            .coarse(interval)
            .saturating_mul(self.intervals_to_trigger.into());
        boundary.plus(Duration::from_micros(bound)) < now
    }

    /// Whether a period has a boundary that counts for who is behind.
    pub fn counts(self, period: &Period, interval: Duration) -> bool {
        let coarse = Duration::from_micros(self.coarse(interval));
        Period::of_boundaries(period.from.successor(), period.to, coarse).is_some()
    }

    fn coarse(self, interval: Duration) -> i64 {
        interval
            .micros()
            .saturating_mul(self.interval_skip.max(1).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_behind_leaves_boundaries_out() {
        let catch_up = CatchUp {
            interval_skip: 5,
            intervals_to_trigger: 2,
        };
        let at = |secs| Timestamp::EPOCH.plus(Duration::from_secs(secs));
        let interval = Duration::from_secs(1);
        assert!(!catch_up.is_behind(at(100), interval, at(110)));
        assert!(catch_up.is_behind(at(100), interval, at(111)));
        let of = |from, to| Period {
            from: at(from),
            to: at(to),
        };
        assert!(catch_up.counts(&of(99, 100), interval));
        assert!(catch_up.counts(&of(99, 101), interval));
        assert!(!catch_up.counts(&of(100, 104), interval));
    }
}

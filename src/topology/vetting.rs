//! Which packages a participant is willing to run, and when.

use std::collections::BTreeMap;

use crate::model::{PackageId, Timestamp};

/// The packages that a participant has vetted.
pub type Vetted = BTreeMap<PackageId, Validity>;

/// A span of ledger time, open where it has no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// Its first moment.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub until: Option<Timestamp>,
}

impl Validity {
    /// From the beginning of time to its end.
    pub const ALWAYS: Self = Self {
        from: None,
        until: None,
    };

    /// Whether a moment is in it.
    pub fn contains(self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until)
    }

    /// Whether no moment is in it.
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_its_first_moment_and_not_its_last() {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let span = |from: Option<i64>, until: Option<i64>| Validity {
            from: from.map(at),
            until: until.map(at),
        };
        for (validity, inside, outside) in [
            (span(Some(1), Some(3)), vec![1, 2], vec![0, 3]),
            (span(Some(1), None), vec![1, 9], vec![0]),
            (span(None, Some(3)), vec![-9, 2], vec![3]),
            (Validity::ALWAYS, vec![-9, 9], vec![]),
        ] {
            assert!(inside.into_iter().all(|time| validity.contains(at(time))));
            assert!(!outside.into_iter().any(|time| validity.contains(at(time))));
            assert!(!validity.is_empty());
        }
        assert!(span(Some(1), Some(1)).is_empty());
        assert!(span(Some(2), Some(1)).is_empty());
    }
}

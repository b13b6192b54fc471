//! What two participants tell each other about the active contracts that they share.

use super::Error;
use super::parts::{hash, hash_bytes, time};
use crate::model::{Duration, Hash, ParticipantId, Timestamp};
use crate::wire::protocol as wire;

/// A participant's word about the contracts that it shares with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcsCommitment {
    /// Whose word.
    pub sender: ParticipantId,
    /// To whom.
    pub counter_participant: ParticipantId,
    /// When it was so.
    pub period: Period,
    /// What is shared.
    pub shared: SharedDigest,
}

/// Sequencing times at which something was so: the multiples of the reconciliation interval after `from`
/// up to `to`, which are multiples themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// Exclusive.
    pub from: Timestamp,
    /// Inclusive.
    pub to: Timestamp,
}

/// Contracts that two participants share, in few bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedDigest {
    /// The same for the same contracts.
    pub hash: Hash,
    /// How many there are.
    pub contracts: u64,
}

impl Period {
    /// The boundaries in a span of time, both ends included; `None` if there is none.
    pub fn of_boundaries(first: Timestamp, last: Timestamp, interval: Duration) -> Option<Self> {
        let interval = interval.micros();
        if interval <= 0 {
            return None;
        }
        let to = last.micros().div_euclid(interval).checked_mul(interval)?;
        let before = first.micros().checked_sub(1)?;
        let from = before.div_euclid(interval).checked_mul(interval)?;
        let at = |micros| Timestamp::from_micros(micros).ok();
        (from < to).then_some(Self {
            from: at(from)?,
            to: at(to)?,
        })
    }

    /// Whether two periods have a boundary in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Whether both ends are boundaries, in their order.
    pub fn is_on_grid(&self, interval: Duration) -> bool {
        let is_boundary = |time: Timestamp| {
            let rest = time.micros().checked_rem_euclid(interval.micros());
            rest == Some(0)
        };
        self.from < self.to && is_boundary(self.from) && is_boundary(self.to)
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "({}, {}]", self.from, self.to)
    }
}

impl SharedDigest {
    /// The beginning of the hash, for people, and the number.
    pub fn short(&self) -> String {
        let hash = hex::encode(&self.hash.as_bytes()[..8]);
        format!("{hash} of {} contracts", self.contracts)
    }
}

impl AcsCommitment {
    pub(super) fn to_wire(&self) -> wire::AcsCommitment {
        wire::AcsCommitment {
            sender: self.sender.to_string(),
            counter_participant: self.counter_participant.to_string(),
            from_exclusive: self.period.from.micros(),
            to_inclusive: self.period.to.micros(),
            digest: hash_bytes(&self.shared.hash),
            contracts: self.shared.contracts,
        }
    }

    pub(super) fn from_wire(it: &wire::AcsCommitment) -> Result<Self, Error> {
        let participant = |text: &str| ParticipantId::parse(text).map_err(Error::malformed);
        Ok(Self {
            sender: participant(&it.sender)?,
            counter_participant: participant(&it.counter_participant)?,
            period: Period {
                from: time(it.from_exclusive)?,
                to: time(it.to_inclusive)?,
            },
            shared: SharedDigest {
                hash: hash(&it.digest)?,
                contracts: it.contracts,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: i64, last: i64) -> Option<(i64, i64)> {
        let at = |micros| Timestamp::from_micros(micros).unwrap();
        let found = Period::of_boundaries(at(first), at(last), Duration::from_micros(10));
        found.map(|it| (it.from.micros(), it.to.micros()))
    }

    #[test]
    fn the_boundaries_of_a_span_are_those_in_it() {
        assert_eq!(period(1, 9), None);
        assert_eq!(period(1, 10), Some((0, 10)));
        assert_eq!(period(10, 10), Some((0, 10)));
        assert_eq!(period(11, 19), None);
        assert_eq!(period(11, 45), Some((10, 40)));
        assert_eq!(period(-5, 5), Some((-10, 0)));
        let at = Timestamp::EPOCH;
        assert_eq!(Period::of_boundaries(at, at, Duration::ZERO), None);
        let all = (Timestamp::MIN, Timestamp::MAX);
        Period::of_boundaries(all.0, all.1, Duration::from_micros(i64::MAX));
    }

    #[test]
    fn periods_overlap_if_they_share_a_boundary() {
        let of = |from, to| Period {
            from: Timestamp::from_micros(from).unwrap(),
            to: Timestamp::from_micros(to).unwrap(),
        };
        assert!(of(0, 20).overlaps(&of(10, 20)));
        assert!(!of(0, 10).overlaps(&of(10, 20)));
        assert!(of(0, 10).is_on_grid(Duration::from_micros(10)));
        assert!(!of(0, 11).is_on_grid(Duration::from_micros(10)));
        assert!(!of(10, 10).is_on_grid(Duration::from_micros(10)));
        assert!(!of(0, 10).is_on_grid(Duration::ZERO));
    }
}

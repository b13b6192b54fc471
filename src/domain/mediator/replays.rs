//! The UUIDs of requests: each is used once as long as its request can be sequenced. Pure.
//!
//! What is remembered follows from the events, whatever became of the requests.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Duration, Timestamp};
use crate::protocol::CommonMetadata;

/// A request that may be sequenced for longer is remembered for so long only. Its ledger time is
/// out of all bounds by then, and participants reject it for that.
const REMEMBERED_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// No more UUIDs are remembered: those that can be used again first are forgotten. A member that
/// made so many would have to send thousands of requests a second all the time.
const UUIDS_MAX: usize = 500_000;

/// The name of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UsedUuid {
    pub uuid: [u8; 16],
    /// When its request was sequenced.
    pub at: Timestamp,
    /// It cannot be used again up to this time.
    pub until: Timestamp,
}

impl UsedUuid {
    pub(super) fn of(common: &CommonMetadata, at: Timestamp) -> Self {
        Self {
            uuid: common.request_uuid,
            at,
            until: common.max_sequencing_time.min(at.plus(REMEMBERED_MAX)),
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(32);
        for byte in self.uuid {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// The names that cannot be used.
#[derive(Debug, Default)]
pub(super) struct Replays {
    until: BTreeMap<[u8; 16], Timestamp>,
    /// The same by time.
    ends: BTreeSet<(Timestamp, [u8; 16])>,
}

impl Replays {
    /// As it was at a position, from what was kept.
    pub(super) fn restore(kept: Vec<UsedUuid>) -> Self {
        let mut replays = Self::default();
        for used in kept {
            // a name that was used once more later: the later end holds
            let known = replays.until.get(&used.uuid).copied();
            if known.is_none_or(|known| known < used.until) {
                replays.forget(&used.uuid);
                replays.remember(&used);
            }
        }
        replays
    }

    /// Time has come to an event.
    pub(super) fn advance(&mut self, now: Timestamp) {
        while let Some((until, uuid)) = self.ends.first().copied()
            && until < now
        {
            self.ends.pop_first();
            self.until.remove(&uuid);
        }
    }

    /// Uses a name. If it cannot be used: up to which time.
    pub(super) fn take(&mut self, used: &UsedUuid) -> Option<Timestamp> {
        if let Some(until) = self.until.get(&used.uuid) {
            return Some(*until);
        }
        self.remember(used);
        None
    }

    fn remember(&mut self, used: &UsedUuid) {
        self.until.insert(used.uuid, used.until);
        self.ends.insert((used.until, used.uuid));
        if self.ends.len() > UUIDS_MAX
            && let Some((_, uuid)) = self.ends.pop_first()
        {
            self.until.remove(&uuid);
        }
    }

    fn forget(&mut self, uuid: &[u8; 16]) {
        if let Some(until) = self.until.remove(uuid) {
            self.ends.remove(&(until, *uuid));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn used(number: u8, time: i64, until: i64) -> UsedUuid {
        UsedUuid {
            uuid: [number; 16],
            at: at(time),
            until: at(until),
        }
    }

    #[test]
    fn a_uuid_is_used_once_until_its_time_is_over() {
        let mut replays = Replays::default();
        assert_eq!(replays.take(&used(1, 1, 10)), None);
        assert_eq!(replays.take(&used(2, 2, 20)), None);
        replays.advance(at(10));
        assert_eq!(replays.take(&used(1, 10, 30)), Some(at(10)));
        replays.advance(at(11));
        assert_eq!(replays.take(&used(1, 11, 30)), None);
        assert_eq!(replays.take(&used(2, 11, 30)), Some(at(20)));
    }

    #[test]
    fn what_was_kept_is_remembered_in_whatever_order_it_comes() {
        let kept = vec![used(1, 11, 30), used(2, 2, 20), used(1, 1, 10)];
        let mut replays = Replays::restore(kept);
        replays.advance(at(15));
        assert_eq!(replays.take(&used(1, 15, 40)), Some(at(30)));
        assert_eq!(replays.take(&used(2, 15, 40)), Some(at(20)));
    }

    #[test]
    fn nobody_makes_it_remember_for_ever() {
        let common = CommonMetadata {
            request_uuid: [1; 16],
            submitting_participant: crate::model::ParticipantId::new(
                "p",
                &crate::model::Fingerprint::of_key(b"p"),
            )
            .unwrap(),
            max_sequencing_time: Timestamp::MAX,
            topology_time: Timestamp::EPOCH,
        };
        let used = UsedUuid::of(&common, at(5));
        assert_eq!(used.until, at(5).plus(REMEMBERED_MAX));
        assert_eq!(used.text(), "01".repeat(16));
    }
}

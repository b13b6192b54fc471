//! Was this change accepted before? Pure.

use std::collections::BTreeSet;

use super::port::DeduplicationPeriod;
use crate::model::{
    CommandId, Duration, Hash, HashBuilder, Offset, Party, Purpose, SubmissionId, Timestamp,
    UpdateId, UserId,
};
use crate::participant::errors::{ErrorId, Refusal};

/// The longest that changes are remembered, and how far back is looked unless told otherwise.
pub const DEDUPLICATION_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A change that an application wants: user, command id and submitters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangeId(Hash);

/// A change that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedChange {
    /// Where its completion is.
    pub completion_offset: Offset,
    /// The record time of its transaction.
    pub accepted_at: Timestamp,
    /// The attempt that was accepted.
    pub submission_id: SubmissionId,
    /// The transaction.
    pub update_id: UpdateId,
}

impl ChangeId {
    /// The change that a submission is about.
    pub fn of(user: &UserId, command: &CommandId, act_as: &BTreeSet<Party>) -> Self {
        let mut hash = HashBuilder::new(Purpose::ChangeId);
        hash.text(user.as_str()).text(command.as_str());
        for party in act_as {
            hash.text(party.as_str());
        }
        Self(hash.finish())
    }

    /// Takes a hash of [`ChangeId::hash`].
    pub const fn from_hash(hash: Hash) -> Self {
        Self(hash)
    }

    /// The hash.
    pub const fn hash(&self) -> Hash {
        self.0
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Takes bytes of [`ChangeId::as_bytes`].
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Hash::from_slice(bytes).map(Self)
    }
}

/// Refuses a change that was accepted within the period before `now`.
pub fn refuse_duplicate(
    period: DeduplicationPeriod,
    accepted: &AcceptedChange,
    now: Timestamp,
) -> Option<Refusal> {
    let within = match period {
        DeduplicationPeriod::Offset(start) => accepted.completion_offset > start,
        DeduplicationPeriod::Duration(duration) => accepted.accepted_at > now.minus(duration),
        DeduplicationPeriod::Maximum => accepted.accepted_at > now.minus(DEDUPLICATION_MAX),
    };
    within.then(|| duplicate(accepted))
}

/// When a period starts, exclusive; `accepted` is the last acceptance of the change that is known here.
///
/// Other hosts of the submitters have other offsets, so they are told a time. An acceptance that is not
/// known here will get a later offset, however early it was sequenced: it counts always.
pub fn start_time(
    period: DeduplicationPeriod,
    accepted: Option<&AcceptedChange>,
    now: Timestamp,
) -> Timestamp {
    match period {
        DeduplicationPeriod::Offset(start) => accepted
            .filter(|it| it.completion_offset <= start)
            .map_or(Timestamp::EPOCH, |it| it.accepted_at),
        DeduplicationPeriod::Duration(duration) => now.minus(duration),
        DeduplicationPeriod::Maximum => now.minus(DEDUPLICATION_MAX),
    }
}

/// What is told about a duplicate: it names what became of the first.
pub fn duplicate(accepted: &AcceptedChange) -> Refusal {
    Refusal::new(
        ErrorId::DuplicateCommand,
        "A command with the given command id has already been successfully processed",
    )
    .with("definite_answer", "true")
    .with("completion_offset", accepted.completion_offset.to_string())
    .with("existing_submission_id", accepted.submission_id.as_str())
    .with("existing_update_id", accepted.update_id.as_str())
}

/// Record times of some offsets, by which a duration becomes an offset.
#[derive(Debug, Clone, Default)]
pub struct OffsetTimes(Vec<(Timestamp, Offset)>);

impl FromIterator<(Timestamp, Offset)> for OffsetTimes {
    /// Samples that were taken earlier, in their order.
    fn from_iter<T: IntoIterator<Item = (Timestamp, Offset)>>(samples: T) -> Self {
        Self(samples.into_iter().collect())
    }
}

impl OffsetTimes {
    /// How far apart the samples are.
    const INTERVAL: Duration = Duration::from_secs(1);

    /// Takes a sample if the last one is long enough ago; whether it did.
    pub fn sample(&mut self, time: Timestamp, offset: Offset) -> bool {
        let due = self
            .0
            .last()
            .is_none_or(|(last, _)| time.since(*last) >= Self::INTERVAL);
        if due {
            self.0.push((time, offset));
        }
        due
    }

    /// The last sampled offset at a time; the beginning if there is none.
    pub fn at(&self, time: Timestamp) -> Offset {
        let after = self.0.partition_point(|(sampled, _)| *sampled <= time);
        after
            .checked_sub(1)
            .and_then(|index| self.0.get(index))
            .map_or(Offset::BEGIN, |(_, offset)| *offset)
    }

    /// Where a period starts, exclusive.
    pub fn start(&self, period: DeduplicationPeriod, now: Timestamp) -> Offset {
        match period {
            DeduplicationPeriod::Offset(offset) => offset,
            DeduplicationPeriod::Duration(duration) => self.at(now.minus(duration)),
            DeduplicationPeriod::Maximum => self.at(now.minus(DEDUPLICATION_MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).unwrap()
    }

    fn offset(value: i64) -> Offset {
        Offset::new(value).unwrap()
    }

    fn accepted() -> AcceptedChange {
        AcceptedChange {
            completion_offset: offset(10),
            accepted_at: at(100),
            submission_id: SubmissionId::parse("s").unwrap(),
            update_id: UpdateId::parse("u").unwrap(),
        }
    }

    #[test]
    fn a_change_is_a_duplicate_within_its_period_only() {
        let refused = |period, now| refuse_duplicate(period, &accepted(), at(now)).is_some();
        let seconds = |n| DeduplicationPeriod::Duration(Duration::from_secs(n));
        assert!(refused(seconds(5), 104));
        assert!(!refused(seconds(5), 105));
        assert!(!refused(seconds(0), 100));
        assert!(refused(DeduplicationPeriod::Offset(offset(9)), 999));
        assert!(!refused(DeduplicationPeriod::Offset(offset(10)), 999));
        assert!(refused(DeduplicationPeriod::Maximum, 100 + 604_799));
        assert!(!refused(DeduplicationPeriod::Maximum, 100 + 604_800));
    }

    #[test]
    fn for_an_offset_everything_counts_but_what_was_accepted_up_to_it() {
        let period = |value| DeduplicationPeriod::Offset(offset(value));
        let start =
            |value, known: Option<&AcceptedChange>| start_time(period(value), known, at(999));
        assert_eq!(start(10, Some(&accepted())), accepted().accepted_at);
        assert_eq!(start(9, Some(&accepted())), Timestamp::EPOCH);
        assert_eq!(start(10, None), Timestamp::EPOCH);
    }

    #[test]
    fn the_order_of_submitters_does_not_matter_and_everything_else_does() {
        let party = |text| Party::parse(text).unwrap();
        let user = UserId::parse("u").unwrap();
        let command = CommandId::parse("c").unwrap();
        let both = BTreeSet::from([party("a"), party("b")]);
        let id = ChangeId::of(&user, &command, &both);
        assert_eq!(
            id,
            ChangeId::of(&user, &command, &[party("b"), party("a")].into())
        );
        assert_ne!(id, ChangeId::of(&user, &command, &[party("a")].into()));
        let other = UserId::parse("v").unwrap();
        assert_ne!(id, ChangeId::of(&other, &command, &both));
    }

    #[test]
    fn a_duration_becomes_the_offset_that_was_last_then() {
        let mut times = OffsetTimes::default();
        assert!(times.sample(at(10), offset(1)));
        assert!(!times.sample(at(10), offset(2)));
        assert!(times.sample(at(20), offset(5)));
        assert_eq!(times.at(at(9)), Offset::BEGIN);
        assert_eq!(times.at(at(15)), offset(1));
        assert_eq!(times.at(at(25)), offset(5));
    }
}

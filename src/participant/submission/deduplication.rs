//! Was this change accepted before? Pure.

use std::collections::BTreeSet;

use super::port::DeduplicationPeriod;
use crate::model::{
    CommandId, Duration, Hash, HashBuilder, Offset, Party, Purpose, SubmissionId, Timestamp,
    UpdateId, UserId,
};
use crate::participant::errors::{ErrorId, Refusal};

/// How far back a duplicate is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookback {
    /// This long before now.
    Duration(Duration),
    /// After this offset.
    Offset(Offset),
}

impl DeduplicationPeriod {
    /// How far back that is where changes are remembered for so long.
    pub fn lookback(self, max: Duration) -> Lookback {
        match self {
            Self::Maximum => Lookback::Duration(max),
            Self::Duration(duration) => Lookback::Duration(duration),
            Self::Offset(offset) => Lookback::Offset(offset),
        }
    }
}

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
    period: Lookback,
    accepted: &AcceptedChange,
    now: Timestamp,
) -> Option<Refusal> {
    let within = match period {
        Lookback::Offset(start) => accepted.completion_offset > start,
        Lookback::Duration(duration) => accepted.accepted_at > now.minus(duration),
    };
    within.then(|| duplicate(accepted))
}

/// When a period starts, exclusive; `accepted` is the last acceptance of the change that is known here.
///
/// Other hosts of the submitters have other offsets, so they are told a time. An acceptance that is not
/// known here will get a later offset, however early it was sequenced: it counts always.
pub fn start_time(
    period: Lookback,
    accepted: Option<&AcceptedChange>,
    now: Timestamp,
) -> Timestamp {
    match period {
        Lookback::Offset(start) => accepted
            .filter(|it| it.completion_offset <= start)
            .map_or(Timestamp::EPOCH, |it| it.accepted_at),
        Lookback::Duration(duration) => now.minus(duration),
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

/// What is told when nobody remembers any more whether a change was accepted.
pub fn forgotten(earliest: Offset) -> Refusal {
    Refusal::new(
        ErrorId::InvalidDeduplicationPeriod,
        "Deduplication period starts too early. The error metadata field earliest_offset contains \
         the earliest deduplication offset currently allowed.",
    )
    .with("definite_answer", "true")
    .with("earliest_offset", earliest.to_string())
}

/// Record times of some offsets, by which a duration becomes an offset.
#[derive(Debug, Clone, Default)]
pub struct OffsetTimes {
    samples: Vec<(Timestamp, Offset)>,
    /// What is before is not remembered.
    begin: Offset,
}

impl FromIterator<(Timestamp, Offset)> for OffsetTimes {
    /// Samples that were taken earlier, in their order.
    fn from_iter<T: IntoIterator<Item = (Timestamp, Offset)>>(samples: T) -> Self {
        Self {
            samples: samples.into_iter().collect(),
            begin: Offset::BEGIN,
        }
    }
}

impl OffsetTimes {
    /// How far apart the samples are.
    const INTERVAL: Duration = Duration::from_secs(1);

    /// Takes a sample if the last one is long enough ago; whether it did.
    pub fn sample(&mut self, time: Timestamp, offset: Offset) -> bool {
        let last = self.latest();
        let due = last.is_none_or(|last| time.since(last) >= Self::INTERVAL);
        if due {
            self.samples.push((time, offset));
        }
        due
    }

    /// The last sampled offset at a time; the beginning if there is none.
    pub fn at(&self, time: Timestamp) -> Offset {
        let after = self
            .samples
            .partition_point(|(sampled, _)| *sampled <= time);
        let last = after
            .checked_sub(1)
            .and_then(|index| self.samples.get(index));
        last.map_or(self.begin, |(_, offset)| self.begin.max(*offset))
    }

    /// Where a period starts, exclusive.
    pub fn start(&self, period: Lookback, now: Timestamp) -> Offset {
        match period {
            Lookback::Offset(offset) => offset,
            Lookback::Duration(duration) => self.at(now.minus(duration)),
        }
    }

    /// The time of the last sample.
    pub fn latest(&self) -> Option<Timestamp> {
        self.samples.last().map(|(time, _)| *time)
    }

    /// No entry up to an offset has a later record time: what comes between two samples is at most
    /// an interval later than the first of them, or there would be one more.
    pub fn no_later_than(&self, offset: Offset) -> Timestamp {
        let after = self
            .samples
            .partition_point(|(_, sampled)| *sampled <= offset);
        let last = after
            .checked_sub(1)
            .and_then(|index| self.samples.get(index));
        match last {
            Some((time, sampled)) if *sampled == offset => *time,
            Some((time, _)) => time.plus(Self::INTERVAL),
            None => self.latest().unwrap_or(Timestamp::EPOCH),
        }
    }

    /// The last offset up to which all entries are from before a time; `end` is that of the log.
    pub fn last_before(&self, time: Timestamp, end: Offset) -> Option<Offset> {
        let after = self.samples.partition_point(|(sampled, _)| *sampled < time);
        let (sampled, offset) = self.samples.get(after.checked_sub(1)?)?;
        if sampled.plus(Self::INTERVAL) >= time {
            return Some(*offset);
        }
        match self.samples.get(after) {
            Some((_, next)) => Offset::new(next.get() - 1),
            None => Some(end),
        }
    }

    /// Nothing up to an offset is remembered. The last sample up to there stays: it says how late what
    /// follows it may be.
    pub fn forget(&mut self, up_to: Offset) {
        self.begin = self.begin.max(up_to);
        let after = self
            .samples
            .partition_point(|(_, sampled)| *sampled <= up_to);
        self.samples.drain(..after.saturating_sub(1));
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
        let seconds = |n| Lookback::Duration(Duration::from_secs(n));
        assert!(refused(seconds(5), 104));
        assert!(!refused(seconds(5), 105));
        assert!(!refused(seconds(0), 100));
        assert!(refused(Lookback::Offset(offset(9)), 999));
        assert!(!refused(Lookback::Offset(offset(10)), 999));
        let week = DeduplicationPeriod::Maximum.lookback(Duration::from_secs(604_800));
        assert!(refused(week, 100 + 604_799));
        assert!(!refused(week, 100 + 604_800));
    }

    #[test]
    fn for_an_offset_everything_counts_but_what_was_accepted_up_to_it() {
        let period = |value| Lookback::Offset(offset(value));
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
        times.forget(offset(3));
        assert_eq!(times.at(at(15)), offset(3));
        assert_eq!(times.at(at(25)), offset(5));
    }

    #[test]
    fn entries_are_no_later_than_their_samples_say_also_after_some_were_forgotten() {
        let mut times = OffsetTimes::default();
        // out of order, as entries of several domains are
        let entries = [
            100_000, 100_900, 100_200, 101_000, 140_000, 140_500, 140_999,
        ];
        let times_of = |number: i64| Timestamp::from_micros(number * 1_000).unwrap();
        for (number, micros) in (1..).zip(entries) {
            times.sample(times_of(micros), offset(number));
        }
        let check = |times: &OffsetTimes, from: usize| {
            for count in from..=entries.len() {
                let latest = entries[..count].iter().max().unwrap();
                let bound = times.no_later_than(offset(i64::try_from(count).unwrap()));
                assert!(times_of(*latest) <= bound, "{count}");
                let before = times.last_before(bound, offset(7)).map_or(0, Offset::get);
                assert!(usize::try_from(before).unwrap() < count);
                let after = times.last_before(bound.successor(), offset(7)).unwrap();
                assert!(after.get() >= i64::try_from(count).unwrap());
            }
        };
        check(&times, 1);
        times.forget(offset(3));
        check(&times, 4);
    }
}

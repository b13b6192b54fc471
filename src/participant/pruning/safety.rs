//! Up to where pruning is safe: pure.

use crate::model::{Duration, Offset, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::OffsetTimes;

/// What was pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Everything up to here.
    pub up_to: Offset,
    /// No entry up to there has a later record time.
    pub at: Timestamp,
}

/// Why an offset is not safe to prune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsafe {
    /// The record time of its entry, at the latest.
    pub at: Timestamp,
    /// The last offset that is safe; none if nothing is.
    pub safe: Option<Offset>,
}

/// Changes that were accepted after this must be remembered. By the newest record time, so that a
/// clock that is set back does not make them needed again.
fn remembered_since(times: &OffsetTimes, deduplication_max: Duration) -> Option<Timestamp> {
    times.latest().map(|latest| latest.minus(deduplication_max))
}

/// The last offset that may be pruned and whose entry, like all before it, is older than `before`.
pub fn safe_offset(
    times: &OffsetTimes,
    end: Offset,
    deduplication_max: Duration,
    before: Option<Timestamp>,
) -> Option<Offset> {
    let since = remembered_since(times, deduplication_max)?;
    let before = before.map_or(since, |before| before.min(since));
    // the end of the log stays, by which the ledger end is found
    let last = Offset::new(end.get() - 1)?;
    let safe = times.last_before(before, end)?.min(last);
    (safe > Offset::BEGIN).then_some(safe)
}

/// Whether everything up to an offset may be pruned.
///
/// # Errors
/// Why not.
pub fn unsafe_to_prune(
    up_to: Offset,
    times: &OffsetTimes,
    end: Offset,
    deduplication_max: Duration,
) -> Result<Pruned, Unsafe> {
    let at = times.no_later_than(up_to);
    let since = remembered_since(times, deduplication_max);
    match since {
        Some(since) if at < since && up_to < end => Ok(Pruned { up_to, at }),
        _ => Err(Unsafe {
            at,
            safe: safe_offset(times, end, deduplication_max, None),
        }),
    }
}

impl Unsafe {
    /// The refusal that a client gets.
    pub fn refusal(&self, up_to: Offset, deduplication_max: Duration) -> Refusal {
        let span = span(deduplication_max);
        Refusal::new(
            ErrorId::UnsafeToPrune,
            format!(
                "Participant cannot prune at specified offset due to max deduplication duration of \
                 {span}"
            ),
        )
        .with(
            "reason",
            format!("the entry at offset {up_to} is of {}", self.at),
        )
        .with(
            "safe_offset",
            self.safe.map(|safe| safe.to_string()).unwrap_or_default(),
        )
    }
}

/// A duration for people, as configurations have it.
fn span(duration: Duration) -> String {
    let micros = duration.micros();
    for (unit, factor) in [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000)] {
        if micros % factor == 0 {
            return format!("{}{unit}", micros / factor);
        }
    }
    format!("{}ms", micros / 1_000)
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

    fn times() -> OffsetTimes {
        let samples = [(10, 1), (20, 5), (60, 9)];
        samples
            .into_iter()
            .map(|(time, at_offset)| (at(time), offset(at_offset)))
            .collect()
    }

    #[test]
    fn what_may_be_asked_for_as_a_duplicate_is_not_pruned() {
        let max = Duration::from_secs(40);
        let judge = |up_to| unsafe_to_prune(offset(up_to), &times(), offset(12), max);
        // the newest entry is of 60, so what is of 20 may be asked for
        assert_eq!(judge(1).unwrap().at, at(10));
        assert_eq!(judge(4).unwrap().at, at(11));
        let refused = judge(5).unwrap_err();
        assert_eq!(refused.safe, Some(offset(4)));
        assert_eq!(judge(9).unwrap_err().at, at(60));
    }

    #[test]
    fn the_last_entry_is_never_pruned() {
        let none = Duration::from_micros(0);
        let safe = |end| safe_offset(&times(), offset(end), none, None);
        assert_eq!(safe(12), Some(offset(8)));
        assert_eq!(safe(6), Some(offset(5)));
        assert_eq!(safe(1), None);
        let later = Some(at(1000));
        assert_eq!(
            safe_offset(&times(), offset(12), none, later),
            Some(offset(8))
        );
        let earlier = Some(at(15));
        assert_eq!(
            safe_offset(&times(), offset(12), none, earlier),
            Some(offset(4))
        );
        assert_eq!(safe_offset(&times(), offset(12), none, Some(at(10))), None);
    }

    #[test]
    fn a_refusal_names_the_last_safe_offset() {
        let max = Duration::from_secs(40);
        let refused = unsafe_to_prune(offset(9), &times(), offset(12), max).unwrap_err();
        let refusal = refused.refusal(offset(9), max);
        assert_eq!(refusal.metadata["safe_offset"], "4");
        assert!(
            refusal
                .message
                .ends_with("max deduplication duration of 40s")
        );
        assert_eq!(span(Duration::from_secs(7 * 24 * 3600)), "168h");
        assert_eq!(span(Duration::from_millis(1500)), "1500ms");
    }
}

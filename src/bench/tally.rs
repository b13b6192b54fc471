//! What happened in a run, as numbers. Pure: the caller says what time it is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::report::ErrorCount;
use crate::ledger_client::Failure;

/// Latencies are kept in microseconds up to this one, to three digits.
const LATENCY_MAX: Duration = Duration::from_mins(10);

/// Characters of an error's message that a report shows.
const SAMPLE_CHARS_MAX: usize = 160;

/// Counts what ends between two moments.
pub(super) struct Tally {
    begin: Instant,
    end: Instant,
    last_success: Option<Instant>,
    pub(super) latency: Histogram<u64>,
    pub(super) errors: BTreeMap<String, ErrorCount>,
    pub(super) longest_pause: Duration,
}

impl Tally {
    pub(super) fn new(begin: Instant, end: Instant) -> Self {
        let max = u64::try_from(LATENCY_MAX.as_micros()).unwrap_or(u64::MAX);
        let mut latency = Histogram::new_with_bounds(1, max, 3)
            .expect("these bounds and three digits make a histogram");
        latency.auto(false);
        Self {
            begin,
            end,
            last_success: None,
            latency,
            errors: BTreeMap::new(),
            longest_pause: Duration::ZERO,
        }
    }

    /// A command was committed.
    pub(super) fn success(&mut self, now: Instant, latency: Duration) {
        if !self.counts(now) {
            return;
        }
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.latency.saturating_record(micros);
        self.pause_ended(now);
        self.last_success = Some(now);
    }

    /// A command was not committed, as far as anybody knows.
    pub(super) fn failure(&mut self, now: Instant, failure: &Failure) {
        if !self.counts(now) {
            return;
        }
        let entry = self.errors.entry(failure.id.clone());
        let entry = entry.or_insert_with(|| ErrorCount {
            id: failure.id.clone(),
            category: failure.category,
            retryable: failure.is_retryable(),
            count: 0,
            sample: failure.message.chars().take(SAMPLE_CHARS_MAX).collect(),
        });
        entry.count += 1;
    }

    /// Nothing counts after `now`; how long it counted.
    pub(super) fn close(&mut self, now: Instant) -> Duration {
        self.end = self.end.min(now);
        self.pause_ended(self.end);
        self.end.saturating_duration_since(self.begin)
    }

    /// How long it has counted up to now.
    pub(super) fn elapsed(&self, now: Instant) -> Duration {
        now.min(self.end).saturating_duration_since(self.begin)
    }

    /// How many commands failed.
    pub(super) fn failures(&self) -> u64 {
        self.errors.values().map(|error| error.count).sum()
    }

    fn counts(&self, now: Instant) -> bool {
        (self.begin..=self.end).contains(&now)
    }

    fn pause_ended(&mut self, now: Instant) {
        let since = self.last_success.unwrap_or(self.begin);
        let pause = now.saturating_duration_since(since);
        self.longest_pause = self.longest_pause.max(pause);
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::*;

    #[test]
    fn only_what_ends_within_the_window_counts() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let mut tally = Tally::new(at(10), at(20));
        let latency = Duration::from_millis(5);
        tally.success(at(9), latency);
        tally.success(at(12), latency);
        tally.failure(at(13), &Status::unavailable("gone").into());
        tally.success(at(19), latency);
        tally.success(at(21), latency);
        assert_eq!(tally.latency.len(), 2);
        assert_eq!(tally.failures(), 1);
        assert_eq!(tally.longest_pause, Duration::from_secs(7));
        assert_eq!(tally.close(at(21)), Duration::from_secs(10));
    }

    #[test]
    fn a_run_that_ends_early_counts_as_long_as_it_was() {
        let start = Instant::now();
        let mut tally = Tally::new(start, start + Duration::from_mins(1));
        let now = start + Duration::from_secs(3);
        assert_eq!(tally.close(now), Duration::from_secs(3));
        assert_eq!(tally.longest_pause, Duration::from_secs(3));
    }
}

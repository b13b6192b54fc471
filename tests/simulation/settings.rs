//! What a run is like: all of it follows from its seed.

use super::moment::Broken;
use super::random::Random;

/// Lines of what happened that are shown when something is wrong.
const TRACE_MAX: usize = 120;

/// The same when a seed is repeated.
const TRACE_MAX_REPEATED: usize = 10_000;

/// Shape and weather of a run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub seed: u64,
    pub participants: usize,
    /// Wishes of applications.
    pub wishes: usize,
    /// Changes that operators want.
    pub changes: usize,
    /// Clocks of participants are so many milliseconds off at most.
    pub skew_ms: i64,
    /// The delay of topology changes.
    pub topology_delay_ms: i64,
    /// How often commitments are exchanged.
    pub reconciliation_ms: i64,
    /// Messages that are lost, of a thousand.
    pub lost: u32,
    /// Messages that come twice.
    pub twice: u32,
    /// Messages that are on their way for seconds.
    pub slow: u32,
    /// Crashes at each place where a member may crash.
    pub crash: u32,
    /// How often somebody's store does not work for a while.
    pub outages: usize,
    /// Bytes of events that the sequencer has in memory.
    pub recent_bytes_max: usize,
    /// Events of a page at most.
    pub page: usize,
    /// Lines of what happened that are shown at the end.
    pub trace_max: usize,
    pub broken: Option<Broken>,
}

impl Settings {
    /// A run that is repeated, to see what happens.
    pub(crate) fn repeated(seed: u64) -> Self {
        Self {
            trace_max: TRACE_MAX_REPEATED,
            ..Self::of(seed)
        }
    }

    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        // some runs in fair weather: there more happens
        let stormy = !random.happens(200);
        let mut up_to = |bound: usize| {
            let value = u32::try_from(random.below(bound + 1)).unwrap();
            if stormy { value } else { 0 }
        };
        let (lost, twice, slow, crash) = (up_to(150), up_to(150), up_to(80), up_to(40));
        Self {
            seed,
            participants: 2 + random.below(3),
            wishes: 8 + random.below(24),
            changes: random.below(6),
            skew_ms: i64::try_from(random.below(1500)).unwrap(),
            topology_delay_ms: if random.happens(500) { 250 } else { 0 },
            reconciliation_ms: 2_000 + 1_000 * i64::try_from(random.below(4)).unwrap(),
            lost,
            twice,
            slow,
            crash,
            recent_bytes_max: 2_000 << random.below(8),
            page: 1 + random.below(20),
            outages: if stormy { random.below(4) } else { 0 },
            trace_max: TRACE_MAX,
            broken: None,
        }
    }
}

//! Bounds of a sequencer.

use std::time::Duration;

/// How a sequencer works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Batches written in one transaction at most. More wait for the next one.
    pub batch_max: usize,
    /// A batch's bytes at most: larger requests are refused.
    pub request_bytes_max: usize,
    /// Bytes of recent batches kept in memory, for members that keep up.
    pub recent_bytes_max: usize,
    /// Events that a reader is given at once at most.
    pub page_events_max: usize,
    /// Their bytes at most, unless a single event has more.
    pub page_bytes_max: usize,
    /// A reader that nothing arrives for is answered with nothing after this time.
    pub poll_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_max: 256,
            request_bytes_max: 10 << 20,
            recent_bytes_max: 32 << 20,
            page_events_max: 256,
            page_bytes_max: 8 << 20,
            poll_timeout: Duration::from_secs(5),
        }
    }
}

//! Bounds of the indexer.

use std::time::Duration;

/// How the indexer works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Entries written in one transaction at most. What readers wait for is at most one batch long.
    pub batch_entries_max: usize,
    /// Bytes of the log read at once at most, when the indexer has to catch up.
    pub batch_bytes_max: usize,
    /// How often to look into the log when nothing was signalled: a lost signal costs this much.
    pub poll_interval: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            batch_entries_max: 1000,
            batch_bytes_max: 8 << 20,
            poll_interval: Duration::from_millis(500),
        }
    }
}

//! Bounds of reads.

use std::time::Duration;

/// How reads are served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Updates or completions read at once at most. A stream holds one page in memory.
    pub page_entries_max: usize,
    /// Active contracts read at once at most.
    pub page_contracts_max: usize,
    /// A stream that has nothing to send tells how far it has come, this often at most.
    pub checkpoint_interval: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            page_entries_max: 200,
            page_contracts_max: 500,
            checkpoint_interval: Duration::from_secs(15),
        }
    }
}

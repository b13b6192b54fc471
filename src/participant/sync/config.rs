//! Bounds of a participant's sync.

use std::time::Duration;

/// How sync works.
#[derive(Debug, Clone)]
pub struct Config {
    /// Submissions that are interpreted or in flight at once. More are told to come again.
    pub in_flight_max: usize,
    /// How long a request may wait to be sequenced.
    pub sequencing_timeout: Duration,
    /// How long a topology change may take.
    pub topology_timeout: Duration,
    /// How long a participant that starts waits for its domains before it goes on without them.
    pub connect_patience: Duration,
    /// How often the position is kept when nothing else is.
    pub checkpoint_interval: Duration,
    /// Contracts kept in memory, in number.
    pub contracts_cached: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            in_flight_max: 1024,
            sequencing_timeout: Duration::from_secs(10),
            topology_timeout: Duration::from_secs(20),
            connect_patience: Duration::from_secs(5),
            checkpoint_interval: Duration::from_secs(1),
            contracts_cached: 20_000,
        }
    }
}

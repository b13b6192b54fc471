//! Bounds of a mediator.

use std::time::Duration;

/// How a mediator works.
#[derive(Debug, Clone)]
pub struct Config {
    /// How often it keeps its position.
    pub checkpoint_interval: Duration,
    /// How long after a deadline it asks for a moment in time, if none comes by itself.
    pub tick_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            checkpoint_interval: Duration::from_millis(500),
            tick_after: Duration::from_millis(50),
        }
    }
}

//! What an interpretation may use.

use crate::lf::machine::Limits;

/// Settings of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Steps of one interpretation: calls, and work of about that length. The default takes about
    /// half a minute.
    pub steps_max: u64,
    /// Steps of what is evaluated to answer a request: a view of a contract, for example. The default
    /// takes about a second.
    pub call_steps_max: u64,
    /// Steps after which an interpretation pauses, so that a worker can do something else. The
    /// default takes about a millisecond.
    pub slice_steps: u32,
    /// Bytes that one interpretation may allocate. Memory that is freed counts, too.
    pub allocated_bytes_max: u64,
    /// Bytes that the stacks of one interpretation may take: how deep recursion may go.
    pub stack_bytes_max: u64,
    /// Whether an exception may undo creates and consuming exercises: protocol version 34. From 35 on
    /// it may not.
    pub rollback_effects: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            steps_max: 1_000_000_000,
            call_steps_max: 30_000_000,
            slice_steps: 20_000,
            allocated_bytes_max: 2 << 30,
            stack_bytes_max: 256 << 20,
            rollback_effects: false,
        }
    }
}

impl Config {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            slice: self.slice_steps.max(1),
            steps: self.steps_max,
            memory: self.allocated_bytes_max,
            stack: self.stack_bytes_max,
        }
    }
}

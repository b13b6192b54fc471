//! Bounds of the door.

use std::time::Duration;

/// How the ledger API serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Bytes of a request at most. Larger ones are refused before they are read.
    pub max_inbound_message_size: usize,
    /// Commands waited for at the same time at most.
    pub max_commands_in_flight: usize,
    /// How long a command is waited for when the client sets no deadline.
    pub default_tracking_timeout: Duration,
    /// Parties in a page of `ListKnownParties`.
    pub max_parties_page_size: usize,
    /// Users in a page of `ListUsers`.
    pub max_users_page_size: usize,
    /// Rights that a user may have.
    pub max_rights_per_user: usize,
    /// Updates in a page of `GetUpdatesPage`, if the client does not say.
    pub default_updates_page_size: usize,
    /// Updates in a page of `GetUpdatesPage` at most.
    pub max_updates_page_size: usize,
    /// Contracts in a page of `GetActiveContractsPage`, if the client does not say.
    pub default_contracts_page_size: usize,
    /// Contracts in a page of `GetActiveContractsPage` at most.
    pub max_contracts_page_size: usize,
    /// A connection that is idle for so long is asked if it is still there.
    pub keepalive_interval: Duration,
    /// A connection that does not answer that for so long is closed.
    pub keepalive_timeout: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_inbound_message_size: 10 << 20,
            max_commands_in_flight: 256,
            default_tracking_timeout: Duration::from_mins(5),
            max_parties_page_size: 10_000,
            max_users_page_size: 1_000,
            max_rights_per_user: 1_000,
            default_updates_page_size: 100,
            max_updates_page_size: 2_000,
            default_contracts_page_size: 2_000,
            max_contracts_page_size: 10_000,
            keepalive_interval: Duration::from_mins(10),
            keepalive_timeout: Duration::from_secs(20),
        }
    }
}

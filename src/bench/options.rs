//! What a run is asked to do.

use std::time::Duration;

use crate::ledger_client::LedgerAddress;

/// A run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The ledger: participants of one network, among which the parties are spread; at least one.
    pub participants: Vec<LedgerAddress>,
    /// What the clients do.
    pub load: Load,
    /// Contracts that are made on each participant before, and that nobody touches.
    pub contracts: usize,
    /// Clients that work side by side, each with one command at a time.
    pub clients: usize,
    /// HTTP/2 connections to each participant that the clients share.
    pub connections: usize,
    /// How long they work before anything counts.
    pub warmup: Duration,
    /// How long it counts.
    pub duration: Duration,
}

/// The kinds of load, by the template that carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// One create per command.
    Create,
    /// One contract per client that changes its owner with every command.
    Transfer,
    /// One deal per client: two contracts change sides in every command.
    Dvp,
    /// Ten legs among four traders per client, all paid in every command.
    Settlement,
}

impl Load {
    /// Its name on the command line and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Transfer => "transfer",
            Self::Dvp => "dvp",
            Self::Settlement => "settlement",
        }
    }
}

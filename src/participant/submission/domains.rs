//! The domains of a participant, in the words of its callers.

use crate::model::DomainId;

/// How a participant counts a domain in its tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainNumber(pub i16);

/// A domain that a participant is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedDomain {
    /// The name by which this participant knows it.
    pub alias: String,
    /// Its id.
    pub id: DomainId,
}

/// A domain of another process that a participant is to be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainConnection {
    /// The name by which this participant knows it.
    pub alias: String,
    /// The address of its public API: `http://HOST:PORT`.
    pub address: String,
    /// The higher, the rather a command goes there that could go elsewhere, too.
    pub priority: i32,
    /// Whether it is connected by itself.
    pub is_enabled: bool,
    /// Which domain it is. Another must not answer.
    pub domain: Option<DomainId>,
}

/// A domain as whoever runs a participant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainStatus {
    /// The name by which this participant knows it.
    pub alias: String,
    /// Its id, once it has answered.
    pub id: Option<DomainId>,
    /// Where it is; `None` for a domain of the same process.
    pub address: Option<String>,
    /// The higher, the rather a command goes there.
    pub priority: i32,
    /// How it stands with it.
    pub state: DomainState,
}

/// How it stands with a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainState {
    /// Commands can go there.
    Connected,
    /// On its way, again and again; what went wrong last.
    Connecting(Option<String>),
    /// Not wanted.
    Disconnected,
}

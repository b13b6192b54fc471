//! Hosting a party on several participants, in the words of its callers.

use crate::model::{DomainId, ParticipantId, Party};
use crate::topology::Permission;

/// A change of who hosts a party. It needs the signatures of the party's namespace and of the
/// participants that come in: each of them asks its own participant for the same change, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostingChange {
    /// The party. One that nobody knows yet must be in the namespace of the first who asks.
    pub party: Party,
    /// On which domain; on the only one if absent.
    pub domain: Option<DomainId>,
    /// Who hosts it, and what it may do; `None` if it does not any more. Others stay as they are.
    pub hosts: Vec<(ParticipantId, Option<Permission>)>,
    /// How many hosts must confirm; as it was if absent.
    pub threshold: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostingOutcome {
    /// It is in force.
    InForce,
    /// Signatures of others are missing.
    Proposed,
}

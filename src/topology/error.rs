//! Why a topology transaction is refused.

use super::Kind;
use crate::model::{DomainId, Fingerprint, MemberId, ParticipantId};

/// Why a topology transaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no topology transaction.
    #[error("malformed topology transaction: {0}")]
    Malformed(String),
    /// A signature does not hold.
    #[error("a signature of the topology transaction does not match")]
    BadSignature,
    /// Nobody whose word counts has signed, or somebody has not.
    #[error("the topology transaction is not signed for namespace {0}")]
    NotAuthorized(String),
    /// The serial does not follow the one in force.
    #[error("the topology transaction has serial {found}, expected {expected}")]
    SerialMismatch {
        /// What would follow.
        expected: u32,
        /// What came.
        found: u32,
    },
    /// It says what is in force already.
    #[error("the topology transaction changes nothing")]
    AlreadyInForce,
    /// It is proposed already, by the same.
    #[error("the topology transaction is proposed already, with the same signatures")]
    AlreadyProposed,
    /// A removal of what is not in force.
    #[error("there is no {0} in force that says what the topology transaction removes")]
    NothingToRemove(Kind),
    /// It can be replaced, not removed.
    #[error("a {0} can be replaced but not removed")]
    NotRemovable(Kind),
    /// It is about another domain.
    #[error("the topology transaction is about domain {found}, and this is domain {expected}")]
    AnotherDomain {
        /// This domain.
        expected: DomainId,
        /// The other one.
        found: DomainId,
    },
    /// Only the domain's owner says who orders, decides and publishes there.
    #[error(
        "{member} is not in the namespace of domain {domain}, and takes part in it as no participant"
    )]
    ForeignMember {
        /// Who it would be.
        member: MemberId,
        /// This domain.
        domain: DomainId,
    },
    /// It changes what was founded with the domain.
    #[error("{0} was founded with the domain and cannot be changed")]
    FixedParameter(&'static str),
    /// A participant that has not joined.
    #[error("participant {0} has not joined the domain")]
    UnknownParticipant(ParticipantId),
    /// A participant joins without keys.
    #[error("participant {0} has no keys on the domain")]
    WithoutKeys(ParticipantId),
    /// The domain's owner has not permitted it.
    #[error(
        "the domain is restricted and its owner has not permitted participant {0}; ask the owner for a \
         permission"
    )]
    NotPermitted(ParticipantId),
    /// It would host more parties than it may.
    #[error(
        "participant {participant} may host {max} parties on the domain and hosts them already"
    )]
    TooManyParties {
        /// The participant.
        participant: ParticipantId,
        /// How many it may host.
        max: u32,
    },
    /// A participant cannot leave its parties behind.
    #[error("participant {participant} still hosts {parties} parties on the domain")]
    StillHosts {
        /// The participant.
        participant: ParticipantId,
        /// How many.
        parties: u32,
    },
    /// A namespace with a key cannot be one of several owners, and the other way round.
    #[error("namespace {0} is of another sort: it has either a root key or owners")]
    NamespaceInUse(Fingerprint),
    /// No room for another delegation.
    #[error("namespace {namespace} has {max} delegations already")]
    TooManyDelegations {
        /// The namespace.
        namespace: Fingerprint,
        /// How many it may have.
        max: usize,
    },
    /// No room for another proposal.
    #[error("{max} proposals wait for signatures already; sign or wait until some have expired")]
    TooManyProposals {
        /// How many may wait.
        max: usize,
    },
}

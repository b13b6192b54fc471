//! The kinds of statements.

use std::fmt;

/// A kind of statement. Delegated keys may be good for some kinds only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A key of a namespace.
    NamespaceDelegation,
    /// A namespace of several owners.
    DecentralizedNamespace,
    /// The keys of a member.
    OwnerToKey,
    /// A participant on a domain.
    DomainTrust,
    /// A participant's permission for a domain.
    ParticipantPermission,
    /// A party's hosts.
    PartyToParticipant,
    /// A participant's packages.
    VettedPackages,
    /// A domain's parameters.
    DomainParameters,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::NamespaceDelegation,
        Self::DecentralizedNamespace,
        Self::OwnerToKey,
        Self::DomainTrust,
        Self::ParticipantPermission,
        Self::PartyToParticipant,
        Self::VettedPackages,
        Self::DomainParameters,
    ];

    /// Its name, as people read it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NamespaceDelegation => "namespace-delegation",
            Self::DecentralizedNamespace => "decentralized-namespace",
            Self::OwnerToKey => "owner-to-key",
            Self::DomainTrust => "domain-trust",
            Self::ParticipantPermission => "participant-permission",
            Self::PartyToParticipant => "party-to-participant",
            Self::VettedPackages => "vetted-packages",
            Self::DomainParameters => "domain-parameters",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

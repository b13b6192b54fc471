//! What a topology transaction can say.

use std::collections::BTreeSet;

use super::keys::MemberKeys;
use super::kind::Kind;
use super::parameters::DomainParameters;
use super::vetting::Vetted;
use crate::crypto::PublicKey;
use crate::model::{DomainId, Fingerprint, MemberId, ParticipantId, Party, Timestamp};

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// The key may sign for the namespace.
    NamespaceDelegation {
        /// The fingerprint of its root key.
        namespace: Fingerprint,
        /// The key.
        key: PublicKey,
        /// What it may sign.
        restriction: Restriction,
    },
    /// A namespace without a key: its owners sign for it together.
    DecentralizedNamespace {
        /// Follows from the owners with which it is founded, see [`Mapping::namespace_of`].
        namespace: Fingerprint,
        /// How many owners must sign.
        threshold: u32,
        /// Namespaces with keys.
        owners: BTreeSet<Fingerprint>,
    },
    /// The member signs its messages with these keys, and reads what is encrypted for them.
    OwnerToKey {
        /// The member.
        member: MemberId,
        /// Its keys.
        keys: MemberKeys,
    },
    /// The participant wants to take part in the domain.
    DomainTrust {
        /// The participant.
        participant: ParticipantId,
        /// The domain.
        domain: DomainId,
    },
    /// The participant may take part in the domain: the domain's owner says so.
    ParticipantPermission {
        /// The domain.
        domain: DomainId,
        /// The participant.
        participant: ParticipantId,
        /// How far it goes.
        permitted: Permitted,
    },
    /// Where a party lives.
    PartyToParticipant {
        /// The party.
        party: Party,
        /// Its hosts.
        hosting: Hosting,
    },
    /// The packages that the participant is willing to run.
    VettedPackages {
        /// The participant.
        participant: ParticipantId,
        /// The packages, and when they may be used.
        packages: Vetted,
    },
    /// How the domain works.
    DomainParameters {
        /// The domain.
        domain: DomainId,
        /// Its parameters.
        parameters: DomainParameters,
    },
}

/// What a delegated key may sign for its namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restriction {
    /// Everything, delegations to others included.
    Nothing,
    /// Everything but delegations.
    NoDelegations,
    /// These.
    Only(BTreeSet<Kind>),
}

/// How far a participant's permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permitted {
    /// It may log in after this time.
    pub login_after: Option<Timestamp>,
    /// It hosts this many parties at most.
    pub parties_max: Option<u32>,
    /// It sends this many requests per second at most.
    pub requests_per_second_max: Option<u32>,
}

/// The hosts of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosting {
    /// How many confirming hosts must confirm for the party.
    pub threshold: u32,
    /// Who hosts it.
    pub hosts: Vec<Host>,
}

/// One host of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The participant.
    pub participant: ParticipantId,
    /// What it may do for the party.
    pub permission: Permission,
}

/// What a host may do for a party. Each includes the ones after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Only see.
    Observation,
    /// Confirm.
    Confirmation,
    /// Submit.
    Submission,
}

/// What a statement is about: of all statements about one subject, the latest is in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A key of a namespace.
    NamespaceDelegation(Fingerprint, Fingerprint),
    /// A namespace of several owners.
    DecentralizedNamespace(Fingerprint),
    /// The keys of a member.
    OwnerToKey(MemberId),
    /// A participant on a domain.
    DomainTrust(ParticipantId, DomainId),
    /// A participant's permission for a domain.
    ParticipantPermission(DomainId, ParticipantId),
    /// A party's hosts.
    PartyToParticipant(Party),
    /// A participant's packages.
    VettedPackages(ParticipantId),
    /// A domain's parameters.
    DomainParameters(DomainId),
}

impl Mapping {
    /// Which kind of statement it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NamespaceDelegation { .. } => Kind::NamespaceDelegation,
            Self::DecentralizedNamespace { .. } => Kind::DecentralizedNamespace,
            Self::OwnerToKey { .. } => Kind::OwnerToKey,
            Self::DomainTrust { .. } => Kind::DomainTrust,
            Self::ParticipantPermission { .. } => Kind::ParticipantPermission,
            Self::PartyToParticipant { .. } => Kind::PartyToParticipant,
            Self::VettedPackages { .. } => Kind::VettedPackages,
            Self::DomainParameters { .. } => Kind::DomainParameters,
        }
    }

    /// What the statement is about.
    pub fn subject(&self) -> Subject {
        match self {
            Self::NamespaceDelegation { namespace, key, .. } => {
                Subject::NamespaceDelegation(namespace.clone(), key.fingerprint())
            }
            Self::DecentralizedNamespace { namespace, .. } => {
                Subject::DecentralizedNamespace(namespace.clone())
            }
            Self::ParticipantPermission {
                domain,
                participant,
                ..
            } => Subject::ParticipantPermission(domain.clone(), participant.clone()),
            Self::OwnerToKey { member, .. } => Subject::OwnerToKey(member.clone()),
            Self::DomainTrust {
                participant,
                domain,
            } => Subject::DomainTrust(participant.clone(), domain.clone()),
            Self::PartyToParticipant { party, .. } => Subject::PartyToParticipant(party.clone()),
            Self::VettedPackages { participant, .. } => {
                Subject::VettedPackages(participant.clone())
            }
            Self::DomainParameters { domain, .. } => Subject::DomainParameters(domain.clone()),
        }
    }
}

impl Mapping {
    /// The namespace that owners found together.
    pub fn namespace_of(owners: &BTreeSet<Fingerprint>) -> Fingerprint {
        Fingerprint::of_owners(owners)
    }
}

impl Restriction {
    /// Whether the key may sign statements of a kind.
    pub fn allows(&self, kind: Kind) -> bool {
        match self {
            Self::Nothing => true,
            Self::NoDelegations => kind != Kind::NamespaceDelegation,
            Self::Only(kinds) => kinds.contains(&kind),
        }
    }
}

impl Hosting {
    /// Hosts in their order, so that who says the same writes the same.
    pub fn new(threshold: u32, mut hosts: Vec<Host>) -> Self {
        hosts.sort_by(|a, b| a.participant.cmp(&b.participant));
        Self { threshold, hosts }
    }

    /// One host that submits, confirms and sees.
    pub fn single(participant: ParticipantId) -> Self {
        Self {
            threshold: 1,
            hosts: vec![Host {
                participant,
                permission: Permission::Submission,
            }],
        }
    }

    /// What a participant may do for the party.
    pub fn permission(&self, participant: &ParticipantId) -> Option<Permission> {
        self.hosts
            .iter()
            .find(|host| host.participant == *participant)
            .map(|host| host.permission)
    }

    /// Whether a participant may confirm for the party.
    pub fn confirms(&self, participant: &ParticipantId) -> bool {
        self.permission(participant)
            .is_some_and(|permission| permission >= Permission::Confirmation)
    }
}

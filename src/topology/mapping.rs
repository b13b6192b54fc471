//! What a topology transaction can say.

use super::keys::MemberKeys;
use super::vetting::Vetted;
use crate::crypto::PublicKey;
use crate::model::{DomainId, Duration, Fingerprint, MemberId, ParticipantId, Party};

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapping {
    /// The key may sign for the namespace.
    NamespaceDelegation {
        /// The fingerprint of its root key.
        namespace: Fingerprint,
        /// The key.
        key: PublicKey,
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

/// How a domain works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainParameters {
    /// How long participants have to answer a request.
    pub confirmation_response_timeout: Duration,
    /// How long the mediator has after that.
    pub mediator_reaction_timeout: Duration,
    /// How far ledger time and sequencing time may be apart.
    pub ledger_time_tolerance: Duration,
    /// How far preparation time and sequencing time may be apart.
    pub preparation_time_tolerance: Duration,
}

impl Default for DomainParameters {
    fn default() -> Self {
        Self {
            confirmation_response_timeout: Duration::from_secs(10),
            mediator_reaction_timeout: Duration::from_secs(10),
            ledger_time_tolerance: Duration::from_secs(60),
            preparation_time_tolerance: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl DomainParameters {
    /// How long after its request a verdict can come.
    pub const fn decision_timeout(&self) -> Duration {
        Duration::from_micros(
            self.confirmation_response_timeout
                .micros()
                .saturating_add(self.mediator_reaction_timeout.micros()),
        )
    }
}

/// What a statement is about: of all statements about one subject, the latest is in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A key of a namespace.
    NamespaceDelegation(Fingerprint, Fingerprint),
    /// The keys of a member.
    OwnerToKey(MemberId),
    /// A participant on a domain.
    DomainTrust(ParticipantId, DomainId),
    /// A party's hosts.
    PartyToParticipant(Party),
    /// A participant's packages.
    VettedPackages(ParticipantId),
    /// A domain's parameters.
    DomainParameters(DomainId),
}

impl Mapping {
    /// What the statement is about.
    pub fn subject(&self) -> Subject {
        match self {
            Self::NamespaceDelegation { namespace, key } => {
                Subject::NamespaceDelegation(namespace.clone(), key.fingerprint())
            }
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

impl Hosting {
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

//! The state for readers.

use std::fmt;

use super::mapping::{Mapping, Subject};
use super::{Kind, State};
use crate::model::{Fingerprint, Timestamp};

/// A statement in force, for readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its kind.
    pub kind: Kind,
    /// What it is about.
    pub subject: String,
    /// Which one about that subject it is.
    pub serial: u32,
    /// Since when it is in force.
    pub effective_from: Timestamp,
    /// The keys that have signed it.
    pub signers: Vec<Fingerprint>,
    /// What it says.
    pub mapping: Mapping,
}

/// The statements in force, by kind and subject; only of some kinds if any are given.
pub fn list(state: &State, kinds: &[Kind]) -> Vec<Listed> {
    let listed = state.statements().filter_map(|(subject, it)| {
        let mapping = it.mapping.clone()?;
        let kind = mapping.kind();
        (kinds.is_empty() || kinds.contains(&kind)).then(|| Listed {
            kind,
            subject: subject.to_string(),
            serial: it.serial,
            effective_from: it.effective_from,
            signers: it.signers.clone(),
            mapping,
        })
    });
    let mut listed: Vec<Listed> = listed.collect();
    listed.sort_by(|a, b| (a.kind, &a.subject).cmp(&(b.kind, &b.subject)));
    listed
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::NamespaceDelegation(namespace, key) => write!(f, "{namespace} by {key}"),
            Subject::DecentralizedNamespace(namespace) => namespace.fmt(f),
            Subject::OwnerToKey(member) => member.fmt(f),
            Subject::DomainTrust(participant, domain)
            | Subject::ParticipantPermission(domain, participant) => {
                write!(f, "{participant} on {domain}")
            }
            Subject::PartyToParticipant(party) => party.fmt(f),
            Subject::VettedPackages(participant) => participant.fmt(f),
            Subject::DomainParameters(domain) => domain.fmt(f),
        }
    }
}

//! What a transaction may not say, whoever signs it.

use super::mapping::{Hosting, Mapping, Restriction};
use super::parameters::{DomainParameters, Onboarding};
use super::state::State;
use super::transaction::Transaction;
use super::{Error, MemberKeys, SignedTransaction};
use crate::model::{DomainId, Fingerprint, MemberId, ParticipantId, Party};

/// Delegations of one namespace: whoever checks a signature may have to look at all of them.
const DELEGATIONS_MAX: usize = 64;

/// Checks a transaction against what is in force.
pub(super) fn check(signed: &SignedTransaction, state: &State) -> Result<(), Error> {
    let transaction = signed.transaction();
    check_domain(&transaction.mapping, state)?;
    if transaction.remove {
        return check_removal(transaction, state);
    }
    match &transaction.mapping {
        Mapping::NamespaceDelegation {
            namespace,
            key,
            restriction,
        } => check_delegation(namespace, &key.fingerprint(), restriction, state),
        Mapping::DecentralizedNamespace {
            namespace, owners, ..
        } => {
            if state.owners_of(namespace).is_none() && Mapping::namespace_of(owners) != *namespace {
                return Err(Error::Malformed(
                    "the namespace does not follow from its owners".to_owned(),
                ));
            }
            let is_nested =
                |owner: &&Fingerprint| *owner == namespace || state.was_decentralized(owner);
            match owners.iter().find(is_nested) {
                Some(owner) => Err(Error::NamespaceInUse(owner.clone())),
                None => Ok(()),
            }
        }
        Mapping::OwnerToKey { member, keys } => check_keys(member, keys, state),
        Mapping::DomainTrust { participant, .. } => check_trust(participant, state),
        Mapping::PartyToParticipant { party, hosting } => check_hosting(party, hosting, state),
        Mapping::DomainParameters { parameters, .. } => check_parameters(parameters, state),
        Mapping::ParticipantPermission { .. } | Mapping::VettedPackages { .. } => Ok(()),
    }
}

/// What is about a domain is about this one.
fn check_domain(mapping: &Mapping, state: &State) -> Result<(), Error> {
    let found: &DomainId = match mapping {
        Mapping::DomainTrust { domain, .. }
        | Mapping::ParticipantPermission { domain, .. }
        | Mapping::DomainParameters { domain, .. } => domain,
        Mapping::NamespaceDelegation { .. }
        | Mapping::DecentralizedNamespace { .. }
        | Mapping::OwnerToKey { .. }
        | Mapping::PartyToParticipant { .. }
        | Mapping::VettedPackages { .. } => return Ok(()),
    };
    match state.domain() {
        Some(expected) if expected != found => Err(Error::AnotherDomain {
            expected: expected.clone(),
            found: found.clone(),
        }),
        Some(_) | None => Ok(()),
    }
}

fn check_removal(transaction: &Transaction, state: &State) -> Result<(), Error> {
    let mapping = &transaction.mapping;
    match mapping {
        Mapping::DomainParameters { .. } => return Err(Error::NotRemovable(mapping.kind())),
        Mapping::OwnerToKey { member, .. } => {
            if let Some(participant) = member.participant() {
                check_hosts_nobody(participant, state)?;
            }
        }
        Mapping::DomainTrust { participant, .. } => check_hosts_nobody(participant, state)?,
        Mapping::NamespaceDelegation { .. }
        | Mapping::DecentralizedNamespace { .. }
        | Mapping::ParticipantPermission { .. }
        | Mapping::PartyToParticipant { .. }
        | Mapping::VettedPackages { .. } => {}
    }
    if state.mapping(&mapping.subject()) == Some(mapping) {
        Ok(())
    } else {
        Err(Error::NothingToRemove(mapping.kind()))
    }
}

fn check_hosts_nobody(participant: &ParticipantId, state: &State) -> Result<(), Error> {
    match state.parties_hosted(participant) {
        0 => Ok(()),
        parties => Err(Error::StillHosts {
            participant: participant.clone(),
            parties,
        }),
    }
}

fn check_delegation(
    namespace: &Fingerprint,
    key: &Fingerprint,
    restriction: &Restriction,
    state: &State,
) -> Result<(), Error> {
    if state.was_decentralized(namespace) {
        return Err(Error::NamespaceInUse(namespace.clone()));
    }
    if key == namespace && *restriction != Restriction::Nothing {
        return Err(Error::Malformed(
            "a root key cannot be restricted".to_owned(),
        ));
    }
    let is_new = state.delegation(namespace, key).is_none();
    if is_new && state.delegations(namespace) >= DELEGATIONS_MAX {
        return Err(Error::TooManyDelegations {
            namespace: namespace.clone(),
            max: DELEGATIONS_MAX,
        });
    }
    Ok(())
}

/// Sequencer, mediator and topology manager are believed by their kind, so they are in the domain's
/// namespace. A participant that has joined keeps a key to encrypt with: others could not reach it
/// otherwise.
fn check_keys(member: &MemberId, keys: &MemberKeys, state: &State) -> Result<(), Error> {
    if member.participant().is_none()
        && let Some(domain) = state.domain()
        && domain.namespace() != member.namespace()
    {
        return Err(Error::ForeignMember {
            member: member.clone(),
            domain: domain.clone(),
        });
    }
    let had_one = state
        .keys_of(member)
        .is_some_and(|known| known.encryption.is_some());
    match member.participant() {
        Some(participant) if had_one && keys.encryption.is_none() => {
            Err(Error::WithoutKeys(participant.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_trust(participant: &ParticipantId, state: &State) -> Result<(), Error> {
    if state.keys_of(&participant.member()).is_none() {
        return Err(Error::WithoutKeys(participant.clone()));
    }
    let is_restricted = state.parameters().onboarding == Onboarding::Restricted;
    if is_restricted && state.permitted(participant).is_none() {
        return Err(Error::NotPermitted(participant.clone()));
    }
    Ok(())
}

fn check_hosting(party: &Party, hosting: &Hosting, state: &State) -> Result<(), Error> {
    let before = state.hosting(party);
    for host in &hosting.hosts {
        let participant = &host.participant;
        let is_new = before.is_none_or(|it| it.permission(participant).is_none());
        if !is_new {
            continue;
        }
        // without a domain there is nothing to join
        if state.domain().is_some() && !state.has_joined(participant) {
            return Err(Error::UnknownParticipant(participant.clone()));
        }
        let limit = state.permitted(participant).and_then(|it| it.parties_max);
        if let Some(max) = limit.filter(|max| state.parties_hosted(participant) >= *max) {
            return Err(Error::TooManyParties {
                participant: participant.clone(),
                max,
            });
        }
    }
    Ok(())
}

fn check_parameters(parameters: &DomainParameters, state: &State) -> Result<(), Error> {
    if state.domain().is_none() {
        return Ok(());
    }
    let founded = state.parameters();
    // a domain from before the version was written down may add it once
    let version_changed = founded.protocol_version.is_some()
        && founded.protocol_version != parameters.protocol_version;
    if version_changed {
        return Err(Error::FixedParameter("the protocol version"));
    }
    if founded.topology_change_delay != parameters.topology_change_delay {
        return Err(Error::FixedParameter("the topology change delay"));
    }
    Ok(())
}

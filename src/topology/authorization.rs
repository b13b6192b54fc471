//! Who must sign what.

use super::mapping::Mapping;
use super::state::State;
use super::{Error, SignedTransaction};

/// Checks that every namespace concerned has signed. A namespace signs with its root key, whose
/// fingerprint it is, or with a key that a delegation in force names.
pub(super) fn check(signed: &SignedTransaction, state: &State) -> Result<(), Error> {
    required(&signed.transaction().mapping, state)
        .into_iter()
        .find(|namespace| !is_signed_for(signed, namespace, state))
        .map_or(Ok(()), |namespace| Err(Error::NotAuthorized(namespace)))
}

/// The namespaces whose signature a statement needs.
fn required(mapping: &Mapping, state: &State) -> Vec<String> {
    match mapping {
        Mapping::NamespaceDelegation { namespace, .. } => vec![namespace.to_string()],
        // the keys sign, too: nobody can claim a key that is not his
        Mapping::OwnerToKey { member, keys } => {
            let mut signers = vec![member.namespace().to_owned()];
            signers.extend(keys.signing.iter().map(|key| key.fingerprint().to_string()));
            signers
        }
        Mapping::DomainTrust { participant, .. } | Mapping::VettedPackages { participant, .. } => {
            vec![participant.namespace().to_owned()]
        }
        Mapping::DomainParameters { domain, .. } => vec![
            domain
                .as_str()
                .split_once("::")
                .map_or_else(String::new, |(_, namespace)| namespace.to_owned()),
        ],
        Mapping::PartyToParticipant { party, hosting } => {
            let mut namespaces = vec![party.namespace().unwrap_or_default().to_owned()];
            let known = state.hosting(party);
            // a host that is there already need not agree again
            let new_hosts = hosting.hosts.iter().filter(|host| {
                known.is_none_or(|known| known.permission(&host.participant).is_none())
            });
            namespaces.extend(new_hosts.map(|host| host.participant.namespace().to_owned()));
            namespaces
        }
    }
}

fn is_signed_for(signed: &SignedTransaction, namespace: &str, state: &State) -> bool {
    signed.signers().any(|key| {
        let fingerprint = key.fingerprint();
        fingerprint.as_str() == namespace || state.is_delegate(namespace, &fingerprint)
    })
}

//! Who must sign what.

use std::collections::BTreeSet;

use super::Kind;
use super::mapping::{Hosting, Mapping, Permission, Restriction};
use super::state::State;
use super::transaction::{SignedTransaction, Transaction};
use crate::model::{Fingerprint, ParticipantId};

/// Somebody whose signature is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Signer {
    /// A namespace, with any of the keys that may sign for it.
    Namespace(String),
    /// A key.
    Key(Fingerprint),
}

/// What the signatures on a transaction are worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authorization {
    /// The keys that count.
    pub counting: Vec<Fingerprint>,
    /// Who has not signed yet: of each, the first who could.
    pub missing: Vec<String>,
}

/// Looks at the signatures of a transaction under what is in force.
pub(super) fn examine(signed: &SignedTransaction, state: &State) -> Authorization {
    let by = signed.signed_by();
    let transaction = signed.transaction();
    let question = Question {
        state,
        kind: transaction.mapping.kind(),
        by: &by,
    };
    let mut counting = BTreeSet::new();
    let mut missing = Vec::new();
    for clause in required(transaction, state) {
        let mut satisfied = false;
        for signer in &clause {
            satisfied |= question.has_signed(signer, &mut counting);
        }
        if !satisfied && let Some(first) = clause.first() {
            missing.push(match first {
                Signer::Namespace(namespace) => namespace.clone(),
                Signer::Key(key) => key.to_string(),
            });
        }
    }
    Authorization {
        counting: counting.into_iter().collect(),
        missing,
    }
}

/// Whose signatures a transaction needs: of each clause at least one signer.
fn required(transaction: &Transaction, state: &State) -> Vec<Vec<Signer>> {
    let namespace = |it: &str| vec![Signer::Namespace(it.to_owned())];
    match &transaction.mapping {
        Mapping::NamespaceDelegation { namespace: it, .. } => vec![namespace(it.as_str())],
        Mapping::DecentralizedNamespace {
            namespace: it,
            owners,
            ..
        } => match (state.owners_of(it), transaction.remove) {
            (Some(_), true) => vec![namespace(it.as_str())],
            (before, _) => {
                let known = before.map(|(_, owners)| owners.clone()).unwrap_or_default();
                let added = owners.difference(&known).map(|it| namespace(it.as_str()));
                let own = before.map(|_| namespace(it.as_str()));
                own.into_iter().chain(added).collect()
            }
        },
        // new keys sign, too: nobody can claim a key that is not his
        Mapping::OwnerToKey { member, keys } => {
            let known = state.keys_of(member);
            let is_new = |key: &&_| known.is_none_or(|known| !known.signing.contains(key));
            let added = keys.signing.iter().filter(is_new);
            let proofs = added.map(|key| vec![Signer::Key(key.fingerprint())]);
            let own = std::iter::once(namespace(member.namespace()));
            if transaction.remove {
                own.collect()
            } else {
                own.chain(proofs).collect()
            }
        }
        Mapping::DomainTrust { participant, .. } | Mapping::VettedPackages { participant, .. } => {
            vec![namespace(participant.namespace())]
        }
        Mapping::DomainParameters { domain, .. }
        | Mapping::ParticipantPermission { domain, .. } => {
            vec![namespace(domain.namespace())]
        }
        Mapping::PartyToParticipant { party, hosting } => {
            let before = state.hosting(party);
            let own = Signer::Namespace(party.namespace().unwrap_or_default().to_owned());
            if transaction.remove {
                vec![vec![own]]
            } else {
                hosting_clauses(&own, before, hosting)
            }
        }
    }
}

/// The party agrees to everything but that a host does less for it; a host to everything that makes
/// it do more, and may do less by itself.
fn hosting_clauses(own: &Signer, before: Option<&Hosting>, after: &Hosting) -> Vec<Vec<Signer>> {
    let host = |it: &ParticipantId| Signer::Namespace(it.namespace().to_owned());
    let permission =
        |hosting: Option<&Hosting>, participant: &ParticipantId| -> Option<Permission> {
            hosting.and_then(|it| it.permission(participant))
        };
    let mut clauses = BTreeSet::new();
    if before.is_none_or(|before| before.threshold != after.threshold) {
        clauses.insert(vec![own.clone()]);
    }
    for it in &after.hosts {
        let participant = &it.participant;
        match permission(before, participant) {
            Some(granted) if granted == it.permission => {}
            Some(granted) if granted > it.permission => {
                clauses.insert(vec![own.clone(), host(participant)]);
            }
            Some(_) | None => {
                clauses.insert(vec![own.clone()]);
                clauses.insert(vec![host(participant)]);
            }
        }
    }
    let hosts_before = before.map(|it| it.hosts.as_slice()).unwrap_or_default();
    for it in hosts_before {
        if after.permission(&it.participant).is_none() {
            clauses.insert(vec![own.clone(), host(&it.participant)]);
        }
    }
    clauses.into_iter().collect()
}

/// Have these keys signed a statement of this kind for somebody?
struct Question<'a> {
    state: &'a State,
    kind: Kind,
    by: &'a [Fingerprint],
}

impl Question<'_> {
    /// Whether somebody has signed; the keys that count are added to `counting`.
    fn has_signed(&self, signer: &Signer, counting: &mut BTreeSet<Fingerprint>) -> bool {
        match signer {
            Signer::Key(key) => {
                let is_there = self.by.contains(key);
                counting.extend(is_there.then(|| key.clone()));
                is_there
            }
            Signer::Namespace(namespace) => {
                let Ok(namespace) = Fingerprint::parse(namespace) else {
                    return false;
                };
                let Some((threshold, owners)) = self.state.owners_of(&namespace) else {
                    return self.has_signed_alone(&namespace, counting);
                };
                let agreed = owners
                    .iter()
                    .filter(|owner| self.has_signed_alone(owner, counting))
                    .count();
                usize::try_from(threshold).is_ok_and(|threshold| agreed >= threshold)
            }
        }
    }

    fn has_signed_alone(
        &self,
        namespace: &Fingerprint,
        counting: &mut BTreeSet<Fingerprint>,
    ) -> bool {
        let mut signed = false;
        for key in self.by {
            if may_sign(self.state, namespace, key, self.kind) {
                counting.insert(key.clone());
                signed = true;
            }
        }
        signed
    }
}

/// Whether a key may sign statements of a kind for a namespace with a root key: if it is the root
/// key, or a delegation in force says so that was signed by a key which may still sign delegations.
fn may_sign(state: &State, namespace: &Fingerprint, key: &Fingerprint, kind: Kind) -> bool {
    if !state.has_root(namespace) {
        return false;
    }
    let mut seen = BTreeSet::new();
    let mut open = vec![(key.clone(), kind)];
    while let Some((key, kind)) = open.pop() {
        if key == *namespace {
            return true;
        }
        let Some((restriction, signers)) = state.delegation(namespace, &key) else {
            continue;
        };
        if Restriction::allows(restriction, kind) && seen.insert(key) {
            open.extend(
                signers
                    .iter()
                    .map(|it| (it.clone(), Kind::NamespaceDelegation)),
            );
        }
    }
    false
}

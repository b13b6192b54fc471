//! Everything in force at one moment.

use std::collections::BTreeSet;

use imbl::{OrdMap, OrdSet};

use super::authorization::{self, Authorization};
use super::mapping::{Hosting, Mapping, Permission, Permitted, Restriction, Subject};
use super::{DomainParameters, Error, MemberKeys, SignedTransaction, Vetted, checks};
use crate::crypto::EncryptionPublicKey;
use crate::model::{
    DomainId, Fingerprint, MemberId, MemberKind, PackageId, ParticipantId, Party, Timestamp,
};

/// The statements in force. Cloning is cheap: a clone is a snapshot.
#[derive(Debug, Clone, Default)]
pub struct State {
    in_force: OrdMap<Subject, InForce>,
    /// The domain, once it is founded.
    domain: Option<DomainId>,
    /// Members with keys.
    members: OrdSet<MemberId>,
    /// How many parties each participant hosts.
    hosted: OrdMap<ParticipantId, u32>,
    /// How many delegations each namespace has.
    delegations: OrdMap<Fingerprint, usize>,
}

/// The last statement about a subject.
#[derive(Debug, Clone)]
pub(super) struct InForce {
    pub serial: u32,
    /// `None` after a removal: the serial goes on from there.
    pub mapping: Option<Mapping>,
    /// Since when; what a domain is founded with has no delay.
    pub effective_from: Timestamp,
    /// The keys whose signatures counted.
    pub signers: Vec<Fingerprint>,
}

/// What a transaction changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// A party became known or moved.
    Party {
        /// The party.
        party: Party,
        /// Its hosts from now on; none if it is no more.
        hosting: Option<Hosting>,
        /// Its hosts before; none if it was not known.
        before: Option<Hosting>,
    },
    /// A member has a key; participants among them are new on the domain with their first.
    Member(MemberId),
    /// Anything else.
    Other,
}

impl State {
    /// Nothing in force.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies a transaction, in force from the beginning of time on.
    ///
    /// # Errors
    /// If it is not authorised, or does not follow what is in force; the state is unchanged then.
    pub fn apply(&mut self, signed: &SignedTransaction) -> Result<Applied, Error> {
        self.apply_from(signed, Timestamp::EPOCH)
    }

    /// Applies a transaction that is in force from a time on.
    ///
    /// # Errors
    /// As with [`State::apply`].
    pub fn apply_from(
        &mut self,
        signed: &SignedTransaction,
        effective_from: Timestamp,
    ) -> Result<Applied, Error> {
        let authorization = self.examine(signed)?;
        match authorization.missing.into_iter().next() {
            Some(missing) => Err(Error::NotAuthorized(missing)),
            None => Ok(self.enforce(signed, authorization.counting, effective_from)),
        }
    }

    /// Whether a transaction may follow what is in force, and what its signatures are worth.
    pub(super) fn examine(&self, signed: &SignedTransaction) -> Result<Authorization, Error> {
        let transaction = signed.transaction();
        let subject = transaction.mapping.subject();
        if self.says_so(&subject, signed) {
            return Err(Error::AlreadyInForce);
        }
        let expected = self.next_serial(&subject);
        // the last serial is left for nobody, so that none comes twice
        if transaction.serial != expected || expected == u32::MAX {
            return Err(Error::SerialMismatch {
                expected,
                found: transaction.serial,
            });
        }
        checks::check(signed, self)?;
        Ok(authorization::examine(signed, self))
    }

    fn says_so(&self, subject: &Subject, signed: &SignedTransaction) -> bool {
        let transaction = signed.transaction();
        self.in_force.get(subject).is_some_and(|it| {
            if transaction.remove {
                it.mapping.is_none() && it.serial == transaction.serial
            } else {
                it.mapping.as_ref() == Some(&transaction.mapping)
            }
        })
    }

    fn enforce(
        &mut self,
        signed: &SignedTransaction,
        signers: Vec<Fingerprint>,
        effective_from: Timestamp,
    ) -> Applied {
        let transaction = signed.transaction();
        let subject = transaction.mapping.subject();
        let mapping = (!transaction.remove).then(|| transaction.mapping.clone());
        let before = self.mapping(&subject).cloned();
        self.count(before.as_ref(), mapping.as_ref());
        let applied = describe(&transaction.mapping, mapping.as_ref(), before.as_ref());
        let in_force = InForce {
            serial: transaction.serial,
            mapping,
            effective_from,
            signers,
        };
        self.in_force.insert(subject, in_force);
        applied
    }

    /// Keeps what is counted: by the statement that ends and by the one that begins.
    fn count(&mut self, before: Option<&Mapping>, after: Option<&Mapping>) {
        if let Some(Mapping::OwnerToKey { member, .. }) = before {
            self.members.remove(member);
        }
        match after {
            Some(Mapping::OwnerToKey { member, .. }) => {
                self.members.insert(member.clone());
            }
            Some(Mapping::DomainParameters { domain, .. }) => self.domain = Some(domain.clone()),
            Some(_) | None => {}
        }
        for (mapping, is_after) in [(before, false), (after, true)] {
            match mapping {
                Some(Mapping::PartyToParticipant { hosting, .. }) => {
                    for host in &hosting.hosts {
                        let count = self.hosted.entry(host.participant.clone()).or_default();
                        *count = step(*count, is_after);
                    }
                }
                Some(Mapping::NamespaceDelegation { namespace, .. }) => {
                    let count = self.delegations.entry(namespace.clone()).or_default();
                    *count = if is_after {
                        *count + 1
                    } else {
                        count.saturating_sub(1)
                    };
                }
                Some(_) | None => {}
            }
        }
    }

    /// The domain; `None` before it is founded.
    pub const fn domain(&self) -> Option<&DomainId> {
        self.domain.as_ref()
    }

    /// The serial of the last statement about a subject; `None` if there was none.
    pub fn serial(&self, subject: &Subject) -> Option<u32> {
        self.in_force.get(subject).map(|it| it.serial)
    }

    /// The serial of the next statement about a subject.
    pub fn next_serial(&self, subject: &Subject) -> u32 {
        self.serial(subject)
            .map_or(1, |serial| serial.saturating_add(1))
    }

    /// The keys of a member; `None` if nobody knows it.
    pub fn keys_of(&self, member: &MemberId) -> Option<&MemberKeys> {
        match self.mapping(&Subject::OwnerToKey(member.clone())) {
            Some(Mapping::OwnerToKey { keys, .. }) => Some(keys),
            _ => None,
        }
    }

    /// What to encrypt with for a participant.
    pub fn encryption_key_of(&self, participant: &ParticipantId) -> Option<&EncryptionPublicKey> {
        self.keys_of(&participant.member())?.encryption.as_ref()
    }

    /// The hosts of a party; `None` if nobody knows it.
    pub fn hosting(&self, party: &Party) -> Option<&Hosting> {
        match self.mapping(&Subject::PartyToParticipant(party.clone())) {
            Some(Mapping::PartyToParticipant { hosting, .. }) => Some(hosting),
            _ => None,
        }
    }

    /// Whether a participant hosts a party with at least a permission.
    pub fn may(&self, participant: &ParticipantId, permission: Permission, party: &Party) -> bool {
        self.hosting(party)
            .and_then(|hosting| hosting.permission(participant))
            .is_some_and(|granted| granted >= permission)
    }

    /// How many parties a participant hosts.
    pub fn parties_hosted(&self, participant: &ParticipantId) -> u32 {
        self.hosted.get(participant).copied().unwrap_or_default()
    }

    /// Whether a participant has vetted a package for a ledger time.
    pub fn is_vetted(
        &self,
        participant: &ParticipantId,
        package: &PackageId,
        at: Timestamp,
    ) -> bool {
        self.vetted(participant)
            .and_then(|packages| packages.get(package))
            .is_some_and(|validity| validity.contains(at))
    }

    /// The packages that a participant has vetted.
    pub fn vetted(&self, participant: &ParticipantId) -> Option<&Vetted> {
        match self.mapping(&Subject::VettedPackages(participant.clone())) {
            Some(Mapping::VettedPackages { packages, .. }) => Some(packages),
            _ => None,
        }
    }

    /// The members with keys.
    pub fn members(&self) -> impl Iterator<Item = &MemberId> {
        self.members.iter()
    }

    /// The members of a kind.
    pub fn members_of(&self, kind: MemberKind) -> impl Iterator<Item = &MemberId> {
        self.members().filter(move |member| member.kind() == kind)
    }

    /// How the domain works.
    pub fn parameters(&self) -> DomainParameters {
        let domain = self.domain.clone();
        match domain.and_then(|domain| self.mapping(&Subject::DomainParameters(domain))) {
            Some(Mapping::DomainParameters { parameters, .. }) => *parameters,
            _ => DomainParameters::default(),
        }
    }

    /// What the domain's owner permits a participant; `None` if nothing was said.
    pub fn permitted(&self, participant: &ParticipantId) -> Option<&Permitted> {
        let subject = Subject::ParticipantPermission(self.domain.clone()?, participant.clone());
        match self.mapping(&subject) {
            Some(Mapping::ParticipantPermission { permitted, .. }) => Some(permitted),
            _ => None,
        }
    }

    /// Whether a participant has joined the domain.
    pub fn has_joined(&self, participant: &ParticipantId) -> bool {
        self.domain.as_ref().is_some_and(|domain| {
            let trust = Subject::DomainTrust(participant.clone(), domain.clone());
            self.mapping(&trust).is_some() && self.members.contains(&participant.member())
        })
    }

    /// The owners of a namespace without a key, and how many must sign.
    pub(super) fn owners_of(
        &self,
        namespace: &Fingerprint,
    ) -> Option<(u32, &BTreeSet<Fingerprint>)> {
        match self.mapping(&Subject::DecentralizedNamespace(namespace.clone())) {
            Some(Mapping::DecentralizedNamespace {
                threshold, owners, ..
            }) => Some((*threshold, owners)),
            _ => None,
        }
    }

    /// Whether a namespace has owners, or had some.
    pub(super) fn was_decentralized(&self, namespace: &Fingerprint) -> bool {
        let subject = Subject::DecentralizedNamespace(namespace.clone());
        self.in_force.contains_key(&subject)
    }

    /// Whether a namespace's root key is good: until its own delegation is removed.
    pub(super) fn has_root(&self, namespace: &Fingerprint) -> bool {
        let root = Subject::NamespaceDelegation(namespace.clone(), namespace.clone());
        self.in_force
            .get(&root)
            .is_none_or(|it| it.mapping.is_some())
    }

    /// What a key may sign for a namespace by delegation, and who has delegated.
    pub(super) fn delegation(
        &self,
        namespace: &Fingerprint,
        key: &Fingerprint,
    ) -> Option<(&Restriction, &[Fingerprint])> {
        let subject = Subject::NamespaceDelegation(namespace.clone(), key.clone());
        let it = self.in_force.get(&subject)?;
        match &it.mapping {
            Some(Mapping::NamespaceDelegation { restriction, .. }) => {
                Some((restriction, &it.signers))
            }
            _ => None,
        }
    }

    /// How many delegations of a namespace are in force.
    pub(super) fn delegations(&self, namespace: &Fingerprint) -> usize {
        self.delegations.get(namespace).copied().unwrap_or_default()
    }

    pub(super) fn mapping(&self, subject: &Subject) -> Option<&Mapping> {
        self.in_force.get(subject)?.mapping.as_ref()
    }

    /// The last statement about each subject.
    pub(super) fn statements(&self) -> impl Iterator<Item = (&Subject, &InForce)> {
        self.in_force.iter()
    }
}

const fn step(count: u32, up: bool) -> u32 {
    if up {
        count.saturating_add(1)
    } else {
        count.saturating_sub(1)
    }
}

fn describe(said: &Mapping, in_force: Option<&Mapping>, before: Option<&Mapping>) -> Applied {
    let hosting = |mapping: Option<&Mapping>| match mapping {
        Some(Mapping::PartyToParticipant { hosting, .. }) => Some(hosting.clone()),
        Some(_) | None => None,
    };
    match said {
        Mapping::PartyToParticipant { party, .. } => Applied::Party {
            party: party.clone(),
            hosting: hosting(in_force),
            before: hosting(before),
        },
        Mapping::OwnerToKey { member, .. } => Applied::Member(member.clone()),
        Mapping::NamespaceDelegation { .. }
        | Mapping::DecentralizedNamespace { .. }
        | Mapping::DomainTrust { .. }
        | Mapping::ParticipantPermission { .. }
        | Mapping::VettedPackages { .. }
        | Mapping::DomainParameters { .. } => Applied::Other,
    }
}

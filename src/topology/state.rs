//! Everything in force at one moment.

use imbl::OrdMap;

use super::mapping::{DomainParameters, Hosting, Mapping, Permission, Subject};
use super::{Error, MemberKeys, SignedTransaction, Vetted};
use crate::crypto::EncryptionPublicKey;
use crate::model::{Fingerprint, MemberId, MemberKind, PackageId, ParticipantId, Party, Timestamp};

/// The statements in force. Cloning is cheap: a clone is a snapshot.
#[derive(Debug, Clone, Default)]
pub struct State {
    in_force: OrdMap<Subject, InForce>,
}

#[derive(Debug, Clone)]
struct InForce {
    serial: u32,
    /// `None` after a removal: the serial goes on from there.
    mapping: Option<Mapping>,
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
        /// It was not known before.
        is_new: bool,
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

    /// Applies a transaction.
    ///
    /// # Errors
    /// If it is not authorised, or does not follow what is in force; the state is unchanged then.
    pub fn apply(&mut self, signed: &SignedTransaction) -> Result<Applied, Error> {
        let transaction = signed.transaction();
        let subject = transaction.mapping.subject();
        let before = self.in_force.get(&subject);
        let unchanged = !transaction.remove
            && before.is_some_and(|it| it.mapping.as_ref() == Some(&transaction.mapping));
        if unchanged {
            return Err(Error::AlreadyInForce);
        }
        let expected = self.next_serial(&subject);
        if transaction.serial != expected {
            return Err(Error::SerialMismatch {
                expected,
                found: transaction.serial,
            });
        }
        signed.check_authorization(self)?;
        let is_new = before.is_none_or(|it| it.mapping.is_none());
        let mapping = (!transaction.remove).then(|| transaction.mapping.clone());
        let applied = describe(&transaction.mapping, mapping.as_ref(), is_new);
        self.in_force.insert(
            subject,
            InForce {
                serial: transaction.serial,
                mapping,
            },
        );
        Ok(applied)
    }

    /// The serial of the last statement about a subject; `None` if there was none.
    pub fn serial(&self, subject: &Subject) -> Option<u32> {
        self.in_force.get(subject).map(|it| it.serial)
    }

    /// The serial of the next statement about a subject.
    pub fn next_serial(&self, subject: &Subject) -> u32 {
        self.in_force
            .get(subject)
            .map_or(1, |it| it.serial.saturating_add(1))
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
        self.in_force
            .iter()
            .filter_map(|(subject, it)| match subject {
                Subject::OwnerToKey(member) if it.mapping.is_some() => Some(member),
                _ => None,
            })
    }

    /// The members of a kind.
    pub fn members_of(&self, kind: MemberKind) -> impl Iterator<Item = &MemberId> {
        self.members().filter(move |member| member.kind() == kind)
    }

    /// How the domain works.
    pub fn parameters(&self) -> DomainParameters {
        self.in_force
            .iter()
            .find_map(|(_, it)| match &it.mapping {
                Some(Mapping::DomainParameters { parameters, .. }) => Some(*parameters),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether a key may sign for a namespace by delegation.
    pub(super) fn is_delegate(&self, namespace: &str, key: &Fingerprint) -> bool {
        Fingerprint::parse(namespace).is_ok_and(|namespace| {
            self.mapping(&Subject::NamespaceDelegation(namespace, key.clone()))
                .is_some()
        })
    }

    fn mapping(&self, subject: &Subject) -> Option<&Mapping> {
        self.in_force.get(subject)?.mapping.as_ref()
    }
}

fn describe(said: &Mapping, in_force: Option<&Mapping>, is_new: bool) -> Applied {
    match said {
        Mapping::PartyToParticipant { party, .. } => Applied::Party {
            party: party.clone(),
            hosting: in_force.and_then(|mapping| match mapping {
                Mapping::PartyToParticipant { hosting, .. } => Some(hosting.clone()),
                _ => None,
            }),
            is_new,
        },
        Mapping::OwnerToKey { member, .. } => Applied::Member(member.clone()),
        Mapping::NamespaceDelegation { .. }
        | Mapping::DomainTrust { .. }
        | Mapping::VettedPackages { .. }
        | Mapping::DomainParameters { .. } => Applied::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{EncryptionKey, SigningKey};
    use crate::model::PartyHint;
    use crate::topology::{Transaction, Validity};

    fn participant(name: &str, key: &SigningKey) -> ParticipantId {
        ParticipantId::new(name, &key.public().fingerprint()).unwrap()
    }

    fn vetted(packages: &[(&str, Option<i64>, Option<i64>)]) -> Vetted {
        let at = |micros: Option<i64>| micros.map(|it| Timestamp::from_micros(it).unwrap());
        let packages = packages.iter().map(|(id, from, until)| {
            let (from, until) = (at(*from), at(*until));
            (PackageId::parse(id).unwrap(), Validity { from, until })
        });
        packages.collect()
    }

    fn party_at(party: &Party, host: &ParticipantId) -> Mapping {
        Mapping::PartyToParticipant {
            party: party.clone(),
            hosting: Hosting::single(host.clone()),
        }
    }

    #[test]
    fn a_party_is_hosted_when_its_namespace_and_the_host_sign() {
        let (ours, theirs) = (SigningKey::generate(), SigningKey::generate());
        let (p1, p2) = (participant("p1", &ours), participant("p2", &theirs));
        let hint = PartyHint::parse("alice").unwrap();
        let alice = Party::new(&hint, &ours.public().fingerprint());
        let mut state = State::new();

        let stolen = Transaction::first(party_at(&alice, &p2)).sign(&[&theirs]);
        assert!(matches!(state.apply(&stolen), Err(Error::NotAuthorized(_))));
        let forced = Transaction::first(party_at(&alice, &p2)).sign(&[&ours]);
        assert!(matches!(state.apply(&forced), Err(Error::NotAuthorized(_))));
        assert_eq!(state.hosting(&alice), None);

        let own = Transaction::first(party_at(&alice, &p1)).sign(&[&ours]);
        let applied = state.apply(&own).unwrap();
        assert!(matches!(applied, Applied::Party { is_new: true, .. }));
        assert!(state.may(&p1, Permission::Submission, &alice));
        assert!(!state.may(&p2, Permission::Observation, &alice));
        assert_eq!(state.apply(&own), Err(Error::AlreadyInForce));

        let moved = Transaction {
            serial: 2,
            ..Transaction::first(party_at(&alice, &p2))
        };
        let agreed = moved.clone().sign(&[&ours, &theirs]);
        assert!(state.apply(&agreed).is_ok());
        assert!(matches!(
            state.apply(&Transaction::first(party_at(&alice, &p1)).sign(&[&ours])),
            Err(Error::SerialMismatch { expected: 3, .. })
        ));
    }

    #[test]
    fn a_key_is_claimed_only_by_who_has_it() {
        let (namespace, signing) = (SigningKey::generate(), SigningKey::generate());
        let member = participant("p1", &namespace).member();
        let mapping = Mapping::OwnerToKey {
            member: member.clone(),
            keys: MemberKeys::signing(signing.public()),
        };
        let mut state = State::new();
        let claimed = Transaction::first(mapping.clone()).sign(&[&namespace]);
        assert!(state.apply(&claimed).is_err());
        let proven = Transaction::first(mapping).sign(&[&namespace, &signing]);
        assert_eq!(state.apply(&proven), Ok(Applied::Member(member.clone())));
        let keys = state.keys_of(&member).unwrap();
        assert_eq!(keys.signing, [signing.public()]);
    }

    #[test]
    fn a_participant_publishes_what_to_encrypt_with() {
        let (namespace, [old, new]) = (
            SigningKey::generate(),
            [0; 2].map(|_| SigningKey::generate()),
        );
        let encryption = EncryptionKey::generate().public();
        let p1 = participant("p1", &namespace);
        let keys = MemberKeys {
            signing: vec![old.public(), new.public()],
            encryption: Some(encryption),
        };
        let mapping = Mapping::OwnerToKey {
            member: p1.member(),
            keys: keys.clone(),
        };
        let mut state = State::new();
        assert_eq!(state.encryption_key_of(&p1), None);
        let claimed = Transaction::first(mapping.clone()).sign(&[&namespace, &old]);
        assert!(matches!(
            state.apply(&claimed),
            Err(Error::NotAuthorized(_))
        ));
        let signed = Transaction::first(mapping).sign(&[&namespace, &old, &new]);
        let decoded = SignedTransaction::decode(signed.encode()).unwrap();
        state.apply(&decoded).unwrap();
        assert_eq!(state.encryption_key_of(&p1), Some(&encryption));
        assert_eq!(state.keys_of(&p1.member()), Some(&keys));
    }

    #[test]
    fn a_package_is_vetted_in_its_time_and_where_it_was_vetted() {
        let key = SigningKey::generate();
        let (p1, p2) = (participant("p1", &key), participant("p2", &key));
        let mut state = State::new();
        let mapping = Mapping::VettedPackages {
            participant: p1.clone(),
            packages: vetted(&[("always", None, None), ("soon", Some(10), Some(20))]),
        };
        let subject = mapping.subject();
        assert_eq!(state.serial(&subject), None);
        let signed = Transaction::first(mapping).sign(&[&key]);
        state.apply(&signed).unwrap();
        assert_eq!(state.serial(&subject), Some(1));
        let is_vetted = |participant, package: &str, micros| {
            let at = Timestamp::from_micros(micros).unwrap();
            state.is_vetted(participant, &PackageId::parse(package).unwrap(), at)
        };
        assert!(is_vetted(&p1, "always", 0) && is_vetted(&p1, "soon", 10));
        assert!(!is_vetted(&p1, "soon", 9) && !is_vetted(&p1, "soon", 20));
        assert!(!is_vetted(&p1, "never", 0) && !is_vetted(&p2, "always", 0));
    }

    #[test]
    fn transactions_come_back_from_their_bytes_and_forged_ones_do_not() {
        let key = SigningKey::generate();
        let signed = Transaction::first(Mapping::VettedPackages {
            participant: participant("p1", &key),
            packages: vetted(&[
                ("abc", None, None),
                ("abd", Some(-5), None),
                ("abe", Some(1), Some(2)),
            ]),
        })
        .sign(&[&key]);
        let bytes = signed.encode();
        assert_eq!(SignedTransaction::decode(bytes.clone()), Ok(signed));
        for position in 0..bytes.len() {
            let mut forged = bytes.to_vec();
            forged[position] ^= 1;
            let decoded = SignedTransaction::decode(forged.into());
            let accepted = decoded.and_then(|forged| State::new().apply(&forged));
            assert!(accepted.is_err(), "byte {position}");
        }
    }
}

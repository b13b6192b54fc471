//! Tests of the topology as a whole.

mod authorization;
mod history;
mod listing;
mod model;
mod proposals;
mod refusals;
mod register;
mod statements;

#[allow(clippy::unwrap_used)]
mod world {
    //! Keys and statements to test with.

    use crate::crypto::{EncryptionKey, SigningKey};
    use crate::model::{DomainId, Fingerprint, ParticipantId, Party, PartyHint, Timestamp};
    use crate::topology::*;

    /// The same key each time.
    pub(super) fn key(number: u8) -> SigningKey {
        SigningKey::from_bytes(&[number + 1; 32]).unwrap()
    }

    /// The namespace of a key.
    pub(super) fn namespace(number: u8) -> Fingerprint {
        key(number).public().fingerprint()
    }

    /// The participant in a namespace.
    pub(super) fn participant(number: u8) -> ParticipantId {
        ParticipantId::new(&format!("p{number}"), &namespace(number)).unwrap()
    }

    /// The domain in a namespace.
    pub(super) fn domain(number: u8) -> DomainId {
        DomainId::new("d", &namespace(number)).unwrap()
    }

    /// A party in a namespace.
    pub(super) fn party(namespace: &Fingerprint) -> Party {
        Party::new(&PartyHint::parse("alice").unwrap(), namespace)
    }

    pub(super) fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    pub(super) fn hosted(party: &Party, threshold: u32, hosts: &[(u8, Permission)]) -> Mapping {
        let hosts = hosts.iter().map(|(number, permission)| Host {
            participant: participant(*number),
            permission: *permission,
        });
        Mapping::PartyToParticipant {
            party: party.clone(),
            hosting: Hosting::new(threshold, hosts.collect()),
        }
    }

    pub(super) fn delegated(namespace: u8, to: u8, restriction: Restriction) -> Mapping {
        Mapping::NamespaceDelegation {
            namespace: self::namespace(namespace),
            key: key(to).public(),
            restriction,
        }
    }

    pub(super) fn keys_of(number: u8) -> Mapping {
        let encryption = EncryptionKey::from_bytes(&[number + 1; 32]).unwrap();
        Mapping::OwnerToKey {
            member: participant(number).member(),
            keys: MemberKeys::signing(key(number).public()).encrypted_with(encryption.public()),
        }
    }

    pub(super) fn trusts(number: u8, domain: &DomainId) -> Mapping {
        Mapping::DomainTrust {
            participant: participant(number),
            domain: domain.clone(),
        }
    }

    pub(super) fn with_parameters(domain: &DomainId, parameters: DomainParameters) -> Mapping {
        Mapping::DomainParameters {
            domain: domain.clone(),
            parameters,
        }
    }

    /// The next statement about its subject, signed with keys.
    pub(super) fn next(state: &State, mapping: Mapping, by: &[u8]) -> SignedTransaction {
        say(state, mapping, false, by)
    }

    /// The end of a statement, signed with keys.
    pub(super) fn end(state: &State, mapping: Mapping, by: &[u8]) -> SignedTransaction {
        say(state, mapping, true, by)
    }

    fn say(state: &State, mapping: Mapping, remove: bool, by: &[u8]) -> SignedTransaction {
        let transaction = Transaction {
            serial: state.next_serial(&mapping.subject()),
            remove,
            mapping,
        };
        let keys: Vec<SigningKey> = by.iter().map(|number| key(*number)).collect();
        let signed = transaction.sign(&keys.iter().collect::<Vec<_>>());
        // as others read it
        SignedTransaction::decode(signed.encode()).unwrap()
    }

    /// The domain of key 0, which participants 1 and 2 have joined.
    pub(super) fn founded() -> State {
        let domain = domain(0);
        let mut state = State::new();
        let parameters = DomainParameters::default();
        let founding = with_parameters(&domain, parameters);
        state.apply(&next(&state, founding, &[0])).unwrap();
        for number in [1, 2] {
            state
                .apply(&next(&state, keys_of(number), &[number]))
                .unwrap();
            let trust = trusts(number, &domain);
            state.apply(&next(&state, trust, &[number])).unwrap();
        }
        state
    }
}

//! A domain for tests, with boundaries at every second.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::crypto::SigningKey;
use crate::model::{
    ContractId, DomainId, Duration, Hash, ParticipantId, Party, Purpose, Timestamp,
};
use crate::protocol::Period;
use crate::topology::{
    DomainParameters, Effective, Host, Hosting, Mapping, MemberKeys, Permission, Register, State,
    Transaction,
};

pub(crate) const INTERVAL: i64 = 1_000_000;
pub(crate) const PARTICIPANTS: usize = 3;

pub(crate) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

pub(crate) fn period(from: i64, to: i64) -> Period {
    Period {
        from: at(from * INTERVAL),
        to: at(to * INTERVAL),
    }
}

pub(crate) fn key(number: usize) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(number).unwrap() + 1; 32]).unwrap()
}

/// Key 0 is the domain's; the others are those of participants.
pub(crate) fn participant(number: usize) -> ParticipantId {
    ParticipantId::new("p", &key(number + 1).public().fingerprint()).unwrap()
}

/// A party in the namespace of participant 0.
pub(crate) fn party(number: usize) -> Party {
    let namespace = key(1).public().fingerprint();
    Party::parse(&format!("party{number}::{namespace}")).unwrap()
}

pub(crate) fn contract(number: usize) -> ContractId {
    let hash = Hash::of(Purpose::Contract, &number.to_be_bytes());
    ContractId::new(*hash.as_bytes(), b"x")
}

/// One member's sight of the domain, which all have in common.
pub(crate) struct Domain {
    pub(crate) register: Register,
    pub(crate) now: Timestamp,
}

impl Domain {
    pub(crate) fn found() -> Self {
        let mut domain = Self {
            register: Register::new(),
            now: at(1),
        };
        let id = DomainId::new("d", &key(0).public().fingerprint()).unwrap();
        let parameters = DomainParameters {
            reconciliation_interval: Duration::from_micros(INTERVAL),
            topology_change_delay: Duration::from_millis(250),
            ..DomainParameters::default()
        };
        domain.say(Mapping::DomainParameters {
            domain: id.clone(),
            parameters,
        });
        for number in 0..PARTICIPANTS {
            domain.say(Mapping::OwnerToKey {
                member: participant(number).member(),
                keys: MemberKeys::signing(key(number + 1).public()),
            });
            domain.say(Mapping::DomainTrust {
                participant: participant(number),
                domain: id.clone(),
            });
        }
        domain.register.advance(at(2));
        domain.now = at(2);
        domain
    }

    fn say(&mut self, mapping: Mapping) {
        let transaction = Transaction {
            serial: self.register.head().next_serial(&mapping.subject()),
            remove: false,
            mapping,
        };
        let keys: Vec<SigningKey> = (0..=PARTICIPANTS).map(key).collect();
        let signed: Bytes = transaction.sign(&keys.iter().collect::<Vec<_>>()).encode();
        self.register.publish(&signed, self.now).unwrap();
    }

    pub(crate) fn host(&mut self, party: Party, hosts: &BTreeSet<usize>) {
        let hosts = hosts.iter().map(|number| Host {
            participant: participant(*number),
            permission: Permission::Submission,
        });
        let hosting = Hosting::new(1, hosts.collect());
        self.say(Mapping::PartyToParticipant { party, hosting });
    }

    pub(crate) fn topology(&self) -> &State {
        self.register.now()
    }

    /// Time goes on to an event: when that is, and what has come into force.
    pub(crate) fn event(&mut self, after: Duration) -> (Timestamp, Vec<Effective>) {
        self.now = self.now.plus(after);
        (self.now, self.register.advance(self.now))
    }
}

//! A participant's keys, and how it introduces itself to a domain.

use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{DomainId, MemberId, ParticipantId, TextError};
use crate::participant::submission::KeyRotation;
use crate::sequencer_client::DomainInfo;
use crate::topology::{Mapping, MemberKeys, SignedTransaction, State, Transaction};

/// Who a participant is.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub participant: ParticipantId,
    pub namespace_key: SigningKey,
    /// The newest.
    pub signing_key: SigningKey,
    /// The newest.
    pub encryption_key: EncryptionKey,
    pub former: FormerKeys,
}

/// Keys that were replaced, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct FormerKeys {
    pub signing: Vec<SigningKey>,
    pub encryption: Vec<EncryptionKey>,
}

impl Identity {
    /// A new participant with a name.
    pub(super) fn generate(name: &str) -> Result<Self, TextError> {
        let namespace_key = SigningKey::generate();
        let namespace = namespace_key.public().fingerprint();
        Ok(Self {
            participant: ParticipantId::new(name, &namespace)?,
            namespace_key,
            signing_key: SigningKey::generate(),
            encryption_key: EncryptionKey::generate(),
            former: FormerKeys::default(),
        })
    }

    /// The same with new keys.
    pub(super) fn rotated(&self, rotation: KeyRotation) -> Self {
        let mut next = self.clone();
        if rotation.signing {
            let old = std::mem::replace(&mut next.signing_key, SigningKey::generate());
            next.former.signing.push(old);
        }
        if rotation.encryption {
            let old = std::mem::replace(&mut next.encryption_key, EncryptionKey::generate());
            next.former.encryption.push(old);
        }
        next
    }

    /// With what it reads what others have encrypted for it, the newest first.
    pub(super) fn decryption_keys(&self) -> Vec<EncryptionKey> {
        let former = self.former.encryption.iter().rev();
        std::iter::once(&self.encryption_key)
            .chain(former)
            .cloned()
            .collect()
    }

    /// What it publishes when nothing else is in force any more.
    pub(super) fn keys(&self) -> MemberKeys {
        MemberKeys::signing(self.signing_key.public()).encrypted_with(self.encryption_key.public())
    }

    /// The newest key to sign with that others know; the newest at all before they know any.
    pub(super) fn signing_key_in(&self, topology: &State) -> &SigningKey {
        let known = topology.keys_of(&self.member());
        let former = self.former.signing.iter().rev();
        std::iter::once(&self.signing_key)
            .chain(former)
            .find(|key| known.is_some_and(|known| known.signing.contains(&key.public())))
            .unwrap_or(&self.signing_key)
    }

    /// The participant as a member.
    pub(super) fn member(&self) -> MemberId {
        self.participant.member()
    }

    /// What it says about itself when it joins a domain.
    pub(super) fn introduce(&self, info: &DomainInfo) -> (MemberId, Vec<SignedTransaction>) {
        let key = Transaction::first(Mapping::OwnerToKey {
            member: self.member(),
            keys: self.keys(),
        });
        let trust = Transaction::first(self.trust(&info.id));
        let transactions = vec![
            key.sign(&[&self.namespace_key, &self.signing_key]),
            trust.sign(&[&self.namespace_key]),
        ];
        (self.member(), transactions)
    }

    fn trust(&self, domain: &DomainId) -> Mapping {
        Mapping::DomainTrust {
            participant: self.participant.clone(),
            domain: domain.clone(),
        }
    }
}

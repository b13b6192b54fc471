//! A participant's keys, and how it introduces itself to a domain.

use crate::crypto::{EncryptionKey, SigningKey};
use crate::model::{DomainId, MemberId, ParticipantId, TextError};
use crate::sequencer_client::DomainInfo;
use crate::topology::{Mapping, MemberKeys, SignedTransaction, Transaction};

/// Who a participant is.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub participant: ParticipantId,
    pub namespace_key: SigningKey,
    pub signing_key: SigningKey,
    pub encryption_key: EncryptionKey,
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
        })
    }

    /// The participant as a member.
    pub(super) fn member(&self) -> MemberId {
        self.participant.member()
    }

    /// What it says about itself when it joins a domain.
    pub(super) fn introduce(&self, info: &DomainInfo) -> (MemberId, Vec<SignedTransaction>) {
        let key = Transaction::first(Mapping::OwnerToKey {
            member: self.member(),
            keys: MemberKeys::signing(self.signing_key.public())
                .encrypted_with(self.encryption_key.public()),
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

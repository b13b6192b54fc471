//! Topology transactions and their bytes.

use bytes::Bytes;
use prost::Message;

use super::encoding::{decode, encode, malformed};
use super::{Error, Mapping};
use crate::crypto::{PublicKey, Signature, SigningKey};
use crate::model::{Fingerprint, Hash, Purpose, Timestamp};
use crate::wire::topology as wire;

/// Signatures on one transaction: the owners of a decentralised namespace and every host of a party,
/// generously. Each costs every member a verification.
const SIGNATURES_MAX: usize = 64;

/// A statement with its place among the statements about the same subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// 1 for the first, one more for each that replaces it.
    pub serial: u32,
    /// Ends what the one before said.
    pub remove: bool,
    /// The statement.
    pub mapping: Mapping,
}

/// A transaction with the signatures that came with it. The signatures hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedTransaction {
    transaction: Transaction,
    /// Encoded as it was signed.
    bytes: Bytes,
    signatures: Vec<(PublicKey, Signature)>,
}

impl Transaction {
    /// The first statement about its subject.
    pub const fn first(mapping: Mapping) -> Self {
        Self {
            serial: 1,
            remove: false,
            mapping,
        }
    }

    /// Signs it with keys.
    pub fn sign(self, keys: &[&SigningKey]) -> SignedTransaction {
        let bytes: Bytes = encode(&self).encode_to_vec().into();
        let signatures = keys
            .iter()
            .map(|key| (key.public(), key.sign(Purpose::TopologyTransaction, &bytes)))
            .collect();
        SignedTransaction {
            transaction: self,
            bytes,
            signatures,
        }
    }
}

impl SignedTransaction {
    /// What it says.
    pub const fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The keys that signed it.
    pub fn signers(&self) -> impl Iterator<Item = &PublicKey> {
        self.signatures.iter().map(|(key, _)| key)
    }

    /// The fingerprints of these keys.
    pub fn signed_by(&self) -> Vec<Fingerprint> {
        self.signers().map(PublicKey::fingerprint).collect()
    }

    /// With the signatures of another copy of the same transaction as well.
    #[must_use]
    pub(super) fn merged(mut self, other: &Self) -> Self {
        debug_assert_eq!(self.bytes, other.bytes);
        for (key, signature) in &other.signatures {
            let is_new = !self.signers().any(|it| it == key);
            if is_new && self.signatures.len() < SIGNATURES_MAX {
                self.signatures.push((*key, *signature));
            }
        }
        self
    }

    /// With the signatures of some keys only.
    #[must_use]
    pub(super) fn only_by(mut self, keys: &[Fingerprint]) -> Self {
        self.signatures
            .retain(|(key, _)| keys.contains(&key.fingerprint()));
        self
    }

    /// Adds the signature of one more key.
    #[must_use]
    pub fn countersign(mut self, key: &SigningKey) -> Self {
        if !self.signers().any(|it| *it == key.public()) {
            let signature = key.sign(Purpose::TopologyTransaction, &self.bytes);
            self.signatures.push((key.public(), signature));
        }
        self
    }

    /// Its identity.
    pub fn hash(&self) -> Hash {
        Hash::of(Purpose::TopologyTransaction, &self.bytes)
    }

    /// Its bytes on the wire.
    pub fn encode(&self) -> Bytes {
        wire::SignedTopologyTransaction {
            transaction: self.bytes.clone(),
            signatures: self
                .signatures
                .iter()
                .map(|(key, signature)| wire::Signature {
                    public_key: key.to_bytes().to_vec().into(),
                    signature: signature.as_bytes().to_vec().into(),
                })
                .collect(),
        }
        .encode_to_vec()
        .into()
    }

    /// Reads it from the wire and checks its signatures.
    ///
    /// # Errors
    /// [`Error::Malformed`] or [`Error::BadSignature`].
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        let signed = wire::SignedTopologyTransaction::decode(bytes).map_err(malformed)?;
        let decoded =
            wire::TopologyTransaction::decode(signed.transaction.clone()).map_err(malformed)?;
        let transaction = decode(decoded)?;
        if signed.signatures.len() > SIGNATURES_MAX {
            return Err(Error::Malformed(format!(
                "more than {SIGNATURES_MAX} signatures"
            )));
        }
        let mut signatures: Vec<(PublicKey, Signature)> = Vec::new();
        for signature in &signed.signatures {
            let key = PublicKey::from_bytes(&signature.public_key).map_err(malformed)?;
            let signature = Signature::from_bytes(&signature.signature).map_err(malformed)?;
            key.verify(
                Purpose::TopologyTransaction,
                &signed.transaction,
                &signature,
            )
            .map_err(|_| Error::BadSignature)?;
            if signatures.iter().any(|(it, _)| *it == key) {
                return Err(Error::Malformed("a key signs twice".to_owned()));
            }
            signatures.push((key, signature));
        }
        Ok(Self {
            transaction,
            bytes: signed.transaction,
            signatures,
        })
    }
}

/// A transaction and when it was sequenced: what a newcomer is told of the time before it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedTransaction {
    /// An encoded [`SignedTransaction`].
    pub transaction: Bytes,
    /// When.
    pub sequenced_at: Timestamp,
}

impl PublishedTransaction {
    /// Its bytes on the wire.
    pub fn encode(&self) -> Bytes {
        wire::PublishedTopologyTransaction {
            signed_transaction: self.transaction.clone(),
            sequenced_at_micros: self.sequenced_at.micros(),
        }
        .encode_to_vec()
        .into()
    }

    /// Reads it from the wire.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn decode(bytes: Bytes) -> Result<Self, Error> {
        let it = wire::PublishedTopologyTransaction::decode(bytes).map_err(malformed)?;
        Ok(Self {
            transaction: it.signed_transaction,
            sequenced_at: Timestamp::from_micros(it.sequenced_at_micros).map_err(malformed)?,
        })
    }
}

//! Messages with their sender's signature.

use bytes::Bytes;
use prost::Message as _;

use super::{Error, GoodSignatures, KeyedSignature, Message};
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Purpose};
use crate::topology::State;
use crate::wire::protocol as wire;

/// A message whose signature was checked, with its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMessage {
    /// Who says it.
    pub signer: MemberId,
    /// What is said.
    pub message: Message,
}

impl SignedMessage {
    /// Signs a message and gives its bytes.
    pub fn seal(
        message: &Message,
        domain: &DomainId,
        signer: &MemberId,
        key: &SigningKey,
    ) -> Bytes {
        let message: Bytes = message.encode(domain).into();
        let signature = KeyedSignature::make(key, Purpose::SignedMessage, &message);
        encode(message, signer, &signature)
    }

    /// Signs several messages in one go and gives the bytes of each; remembers the signature as good.
    pub fn seal_all(
        messages: &[Message],
        domain: &DomainId,
        signer: &MemberId,
        key: &SigningKey,
        good: &GoodSignatures,
    ) -> Vec<Bytes> {
        let encoded = messages.iter().map(|it| Bytes::from(it.encode(domain)));
        let encoded: Vec<Bytes> = encoded.collect();
        let signatures = KeyedSignature::make_all(key, Purpose::SignedMessage, &encoded, good);
        let pairs = encoded.into_iter().zip(signatures);
        pairs
            .map(|(message, signature)| encode(message, signer, &signature))
            .collect()
    }

    /// Reads a message for `domain` and checks that its signer said it, with the key that the
    /// topology gives him.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(bytes: Bytes, domain: &DomainId, topology: &State) -> Result<Self, Error> {
        Self::open_known(bytes, domain, topology, &GoodSignatures::default())
    }

    /// The same, with signatures that were found good before; learns of others.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open_known(
        bytes: Bytes,
        domain: &DomainId,
        topology: &State,
        good: &GoodSignatures,
    ) -> Result<Self, Error> {
        let outer = wire::SignedMessage::decode(bytes).map_err(Error::malformed)?;
        let signer = MemberId::parse(&outer.signer).map_err(Error::malformed)?;
        let keys = topology
            .keys_of(&signer)
            .ok_or_else(|| Error::UnknownSigner(signer.to_string()))?;
        let bad_signature = || Error::BadSignature(signer.to_string());
        let signature = KeyedSignature::from_wire(outer.signature).map_err(|_| bad_signature())?;
        let (keys, purpose) = (&keys.signing, Purpose::SignedMessage);
        if !signature.is_known_by(keys, purpose, &outer.message, good) {
            return Err(bad_signature());
        }
        Ok(Self {
            message: Message::decode(outer.message, domain)?,
            signer,
        })
    }

    /// Reads a message without a check: for a member that is being admitted and knows no keys yet.
    ///
    /// # Errors
    /// [`Error::Malformed`] and the like.
    pub fn open_unchecked(bytes: Bytes, domain: &DomainId) -> Result<Self, Error> {
        let outer = wire::SignedMessage::decode(bytes).map_err(Error::malformed)?;
        Ok(Self {
            signer: MemberId::parse(&outer.signer).map_err(Error::malformed)?,
            message: Message::decode(outer.message, domain)?,
        })
    }
}

fn encode(message: Bytes, signer: &MemberId, signature: &KeyedSignature) -> Bytes {
    let outer = wire::SignedMessage {
        message,
        signer: signer.to_string(),
        signature: Some(signature.to_wire()),
    };
    outer.encode_to_vec().into()
}

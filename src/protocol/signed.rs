//! Messages with their sender's signature.

use bytes::Bytes;
use prost::Message as _;

use super::{Error, Message};
use crate::crypto::{Signature, SigningKey};
use crate::model::{DomainId, Fingerprint, MemberId, Purpose};
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
        let signature = key.sign(Purpose::SignedMessage, &message);
        wire::SignedMessage {
            message,
            signer: signer.to_string(),
            signature: Some(wire::Signature {
                key: key.public().fingerprint().to_string(),
                signature: signature.as_bytes().to_vec().into(),
            }),
        }
        .encode_to_vec()
        .into()
    }

    /// Reads a message for `domain` and checks that its signer said it, with the key that the
    /// topology gives him.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(bytes: Bytes, domain: &DomainId, topology: &State) -> Result<Self, Error> {
        let outer = wire::SignedMessage::decode(bytes).map_err(Error::malformed)?;
        let signer = MemberId::parse(&outer.signer).map_err(Error::malformed)?;
        let keys = topology
            .keys_of(&signer)
            .ok_or_else(|| Error::UnknownSigner(signer.to_string()))?;
        let bad_signature = || Error::BadSignature(signer.to_string());
        let signature = outer.signature.as_ref().ok_or_else(bad_signature)?;
        let key = Fingerprint::parse(&signature.key)
            .ok()
            .and_then(|fingerprint| keys.signing_key(&fingerprint))
            .ok_or_else(bad_signature)?;
        let signature = Signature::from_bytes(&signature.signature).map_err(|_| bad_signature())?;
        key.verify(Purpose::SignedMessage, &outer.message, &signature)
            .map_err(|_| bad_signature())?;
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
        let signed = wire::SignedMessage::decode(bytes).map_err(Error::malformed)?;
        Ok(Self {
            signer: MemberId::parse(&signed.signer).map_err(Error::malformed)?,
            message: Message::decode(signed.message, domain)?,
        })
    }
}

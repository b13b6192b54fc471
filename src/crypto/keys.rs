//! Signing keys.

use std::fmt;

use ed25519_dalek::{Signer, Verifier};

use super::random_bytes;
use crate::model::{Fingerprint, Hash, Purpose};

/// A private key. Never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// A signature by some key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

/// Why bytes are no key or signature, or why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not an Ed25519 key.
    #[error("the bytes are not an Ed25519 key")]
    MalformedKey,
    /// Not an X25519 key that can be used.
    #[error("the bytes are not an X25519 key")]
    MalformedEncryptionKey,
    /// Not 64 bytes.
    #[error("the bytes are not an Ed25519 signature")]
    MalformedSignature,
    /// Made by another key or over other bytes.
    #[error("the signature does not match")]
    BadSignature,
}

impl SigningKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&random_bytes()))
    }

    /// A key as [`SigningKey::to_bytes`] gave it.
    ///
    /// # Errors
    /// [`KeyError::MalformedKey`] if these are not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::MalformedKey)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&bytes)))
    }

    /// The secret bytes, for storage.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs bytes for a purpose.
    pub fn sign(&self, purpose: Purpose, bytes: &[u8]) -> Signature {
        let hash = Hash::of(purpose, bytes);
        Signature(self.0.sign(hash.as_bytes()).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public().fingerprint())
    }
}

impl PublicKey {
    /// Reads the bytes of a key.
    ///
    /// # Errors
    /// [`KeyError::MalformedKey`] if they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::MalformedKey)?;
        ed25519_dalek::VerifyingKey::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| KeyError::MalformedKey)
    }

    /// The bytes of the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The name of the key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_key(&self.to_bytes())
    }

    /// Checks that the key's owner signed these bytes for this purpose.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`] if not.
    pub fn verify(
        &self,
        purpose: Purpose,
        bytes: &[u8],
        signature: &Signature,
    ) -> Result<(), KeyError> {
        let hash = Hash::of(purpose, bytes);
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0
            .verify(hash.as_bytes(), &signature)
            .map_err(|_| KeyError::BadSignature)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

impl Signature {
    /// Reads the bytes of a signature.
    ///
    /// # Errors
    /// [`KeyError::MalformedSignature`] if these are not 64 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| KeyError::MalformedSignature)
    }

    /// The bytes of the signature.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_bytes_only() {
        let key = SigningKey::generate();
        let signature = key.sign(Purpose::SignedMessage, b"hello");
        let public = key.public();
        let verify = |public: PublicKey, purpose, bytes: &[u8]| {
            public.verify(purpose, bytes, &signature).is_ok()
        };
        assert!(verify(public, Purpose::SignedMessage, b"hello"));
        assert!(!verify(public, Purpose::SignedMessage, b"hullo"));
        assert!(!verify(public, Purpose::TopologyTransaction, b"hello"));
        let other = SigningKey::generate().public();
        assert!(!verify(other, Purpose::SignedMessage, b"hello"));
    }

    #[test]
    fn keys_come_back_from_their_bytes() {
        let key = SigningKey::generate();
        let again = SigningKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(again.public(), key.public());
        assert_eq!(
            PublicKey::from_bytes(&key.public().to_bytes()),
            Ok(key.public())
        );
        assert!(PublicKey::from_bytes(&[1, 2]).is_err());
        assert!(SigningKey::from_bytes(&[]).is_err());
    }
}

//! Keys for messages that only one member may read: X25519, as in HPKE (RFC 9180).

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::{Deserializable, OpModeR, Serializable, setup_receiver};

use super::{KeyError, random_bytes};
use crate::model::Fingerprint;

/// A private key. Never printed.
#[derive(Clone)]
pub struct EncryptionKey(<X25519HkdfSha256 as Kem>::PrivateKey);

/// A public key: 32 bytes. What was encrypted for it can be read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EncryptionPublicKey([u8; 32]);

impl EncryptionKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(X25519HkdfSha256::derive_keypair(&random_bytes::<32>()).0)
    }

    /// A key as [`EncryptionKey::to_bytes`] gave it.
    ///
    /// # Errors
    /// [`KeyError::MalformedEncryptionKey`] if these are not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Deserializable::from_bytes(bytes)
            .map(Self)
            .map_err(|_| KeyError::MalformedEncryptionKey)
    }

    /// The secret bytes, for storage.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes().into()
    }

    pub(super) const fn secret(&self) -> &<X25519HkdfSha256 as Kem>::PrivateKey {
        &self.0
    }

    /// The public half.
    pub fn public(&self) -> EncryptionPublicKey {
        EncryptionPublicKey(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({:?})", self.public().fingerprint())
    }
}

impl EncryptionPublicKey {
    /// Reads the bytes of a key. Points of low order, with which everybody shares the same secret,
    /// are no keys.
    ///
    /// # Errors
    /// [`KeyError::MalformedEncryptionKey`] if they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let malformed = |_| KeyError::MalformedEncryptionKey;
        // any secret tells a point of low order
        let (any, _) = X25519HkdfSha256::derive_keypair(&[1; 32]);
        let point = Deserializable::from_bytes(bytes).map_err(malformed)?;
        setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &any,
            &point,
            &[],
        )
        .map_err(malformed)?;
        let bytes = bytes
            .try_into()
            .map_err(|_| KeyError::MalformedEncryptionKey)?;
        Ok(Self(bytes))
    }

    /// The bytes of the key.
    pub const fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The name of the key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_key(&self.0)
    }
}

impl fmt::Debug for EncryptionPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionPublicKey({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_keys_come_back_from_their_bytes() {
        let key = EncryptionKey::generate();
        let again = EncryptionKey::from_bytes(&key.to_bytes()).unwrap();
        assert_eq!(again.public(), key.public());
        let public = key.public().to_bytes();
        assert_eq!(EncryptionPublicKey::from_bytes(&public), Ok(key.public()));
        assert_ne!(EncryptionKey::generate().public(), key.public());
        assert!(!format!("{key:?}").contains(&hex::encode(key.to_bytes())));
    }

    #[test]
    fn bytes_that_are_no_encryption_key_are_refused() {
        let mut one = [0; 32];
        one[0] = 1;
        let low_order = [[0; 32].as_slice(), one.as_slice()];
        for bytes in [[].as_slice(), &[7; 31], &[7; 33]]
            .into_iter()
            .chain(low_order)
        {
            let read = EncryptionPublicKey::from_bytes(bytes);
            assert_eq!(read, Err(KeyError::MalformedEncryptionKey), "{bytes:?}");
        }
        assert!(EncryptionKey::from_bytes(&[7; 31]).is_err());
    }
}

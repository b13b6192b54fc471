//! Encryption: to a member (HPKE), and with a secret that both sides have (XChaCha20-Poly1305).

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal};

use super::{EncryptionKey, EncryptionPublicKey, random_bytes};
use crate::model::{Hash, HashBuilder, Purpose};

/// The length of what HPKE puts before the ciphertext.
const ENCAPSULATED: usize = 32;

/// Bytes cannot be decrypted: they are of another key, or were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes cannot be decrypted")]
pub struct CannotDecrypt;

impl EncryptionPublicKey {
    /// Encrypts for the key's owner. `context` must be the same when it is opened.
    pub fn seal(&self, context: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
        let key = Deserializable::from_bytes(&self.to_bytes()).ok()?;
        let (encapsulated, ciphertext) = single_shot_seal::<
            ChaCha20Poly1305,
            HkdfSha256,
            X25519HkdfSha256,
        >(&OpModeS::Base, &key, context, plaintext, &[])
        .ok()?;
        Some([encapsulated.to_bytes().as_slice(), &ciphertext].concat())
    }
}

impl EncryptionKey {
    /// Decrypts what was sealed for this key.
    ///
    /// # Errors
    /// [`CannotDecrypt`]
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CannotDecrypt> {
        let (encapsulated, ciphertext) =
            sealed.split_at_checked(ENCAPSULATED).ok_or(CannotDecrypt)?;
        let encapsulated = Deserializable::from_bytes(encapsulated).map_err(|_| CannotDecrypt)?;
        single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            self.secret(),
            &encapsulated,
            context,
            ciphertext,
            &[],
        )
        .map_err(|_| CannotDecrypt)
    }
}

/// A secret with which bytes are encrypted. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SymmetricKey([u8; 32]);

impl SymmetricKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(random_bytes())
    }

    /// The key with these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The secret bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key that follows from this one and says nothing about it.
    #[must_use]
    pub fn derive(&self, purpose: Purpose, number: u32) -> Self {
        let hash = HashBuilder::new(purpose)
            .bytes(&self.0)
            .number(number.into())
            .finish();
        Self(*hash.as_bytes())
    }

    /// A name that says nothing about the key.
    pub fn name(&self, purpose: Purpose) -> Hash {
        Hash::of(purpose, &self.0)
    }

    /// Encrypts. A nonce is used with a key once: at random or as the hash of what there is one of.
    pub fn encrypt(&self, nonce: &[u8; 24], plaintext: &[u8]) -> Option<Vec<u8>> {
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        cipher.encrypt(&XNonce::from(*nonce), plaintext).ok()
    }

    /// Decrypts.
    ///
    /// # Errors
    /// [`CannotDecrypt`]
    pub fn decrypt(&self, nonce: &[u8; 24], ciphertext: &[u8]) -> Result<Vec<u8>, CannotDecrypt> {
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        cipher
            .decrypt(&XNonce::from(*nonce), ciphertext)
            .map_err(|_| CannotDecrypt)
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_of_the_key_reads_what_was_sealed_for_it() {
        let (key, other) = (EncryptionKey::generate(), EncryptionKey::generate());
        let sealed = key.public().seal(b"context", b"secret").unwrap();
        assert_eq!(key.open(b"context", &sealed).unwrap(), b"secret");
        assert_eq!(other.open(b"context", &sealed), Err(CannotDecrypt));
        assert_eq!(key.open(b"another", &sealed), Err(CannotDecrypt));
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert_eq!(key.open(b"context", &changed), Err(CannotDecrypt));
            assert!(key.open(b"context", &sealed[..position]).is_err());
        }
    }

    #[test]
    fn a_secret_decrypts_what_it_has_encrypted_and_nothing_else() {
        let key = SymmetricKey::generate();
        let encrypted = key.encrypt(&[1; 24], b"secret").unwrap();
        assert_eq!(key.decrypt(&[1; 24], &encrypted).unwrap(), b"secret");
        assert!(key.decrypt(&[2; 24], &encrypted).is_err());
        let derived = key.derive(Purpose::ViewKey, 0);
        assert!(derived.decrypt(&[1; 24], &encrypted).is_err());
        assert_ne!(derived, key.derive(Purpose::ViewKey, 1));
    }
}

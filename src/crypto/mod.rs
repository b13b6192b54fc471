//! Keys, signatures, randomness.
//!
//! Signatures are Ed25519 over a hash with a purpose: what was signed as one thing can't be shown as
//! another. Keys for encryption are keys of their own (X25519). Public keys are
//! known by their fingerprint. Pure but for [`random_bytes`] and new keys, which are made of it.

mod encryption;
mod keys;
pub(crate) mod random;
mod sealing;

pub use encryption::{EncryptionKey, EncryptionPublicKey};
pub use keys::{KeyError, PublicKey, Signature, SigningKey};
pub use random::random_bytes;
pub use sealing::{CannotDecrypt, SymmetricKey};

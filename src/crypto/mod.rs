//! Keys, signatures, randomness.
//!
//! Signatures are Ed25519 over a hash with a purpose: what was signed as one thing can't be shown as
//! another. Public keys are known by their fingerprint. Pure but for [`random_bytes`].

mod keys;
mod random;

pub use keys::{KeyError, PublicKey, Signature, SigningKey};
pub use random::random_bytes;

//! The keys of a member, by what they are for.

use crate::crypto::{EncryptionPublicKey, PublicKey};
use crate::model::Fingerprint;

/// How many keys a member may sign with at once: one, and another while it changes over. The rest is
/// room for replicas with keys of their own.
pub(super) const SIGNING_KEYS_MAX: usize = 8;

/// The keys of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberKeys {
    /// What it signs with: any of them, at least one.
    pub signing: Vec<PublicKey>,
    /// What others encrypt with for it: participants have one.
    pub encryption: Option<EncryptionPublicKey>,
}

impl MemberKeys {
    /// One key to sign with.
    pub fn signing(key: PublicKey) -> Self {
        Self {
            signing: vec![key],
            encryption: None,
        }
    }

    /// With a key to encrypt with.
    #[must_use]
    pub fn encrypted_with(self, key: EncryptionPublicKey) -> Self {
        Self {
            encryption: Some(key),
            ..self
        }
    }

    /// The signing key with a fingerprint.
    pub fn signing_key(&self, fingerprint: &Fingerprint) -> Option<&PublicKey> {
        self.signing
            .iter()
            .find(|key| key.fingerprint() == *fingerprint)
    }
}

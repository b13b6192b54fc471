//! A signature with the name of the key that made it.

use super::Error;
use crate::crypto::{PublicKey, Signature, SigningKey};
use crate::model::{DomainId, Fingerprint, Purpose};
use crate::protocol::PROTOCOL_VERSION;
use crate::wire::protocol as wire;

/// A signature and whose it is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedSignature {
    /// The fingerprint of the key.
    pub key: Fingerprint,
    /// The signature.
    pub signature: Signature,
}

impl KeyedSignature {
    /// Signs bytes for a purpose.
    pub fn make(key: &SigningKey, purpose: Purpose, bytes: &[u8]) -> Self {
        Self {
            key: key.public().fingerprint(),
            signature: key.sign(purpose, bytes),
        }
    }

    /// Whether one of these keys made it over these bytes for this purpose.
    pub fn is_by(&self, keys: &[PublicKey], purpose: Purpose, bytes: &[u8]) -> bool {
        keys.iter()
            .filter(|key| key.fingerprint() == self.key)
            .any(|key| key.verify(purpose, bytes, &self.signature).is_ok())
    }

    /// Its message on the wire.
    pub fn to_wire(&self) -> wire::Signature {
        wire::Signature {
            key: self.key.to_string(),
            signature: self.signature.as_bytes().to_vec().into(),
        }
    }

    /// Reads it from the wire.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_wire(signature: Option<wire::Signature>) -> Result<Self, Error> {
        let signature = signature.ok_or_else(|| Error::malformed("no signature"))?;
        Ok(Self {
            key: Fingerprint::parse(&signature.key).map_err(Error::malformed)?,
            signature: Signature::from_bytes(&signature.signature).map_err(Error::malformed)?,
        })
    }
}

/// What is signed must be of this version and for this domain.
pub(super) fn check_header(version: u32, domain: &str, expected: &DomainId) -> Result<(), Error> {
    if version != PROTOCOL_VERSION {
        return Err(Error::UnsupportedVersion {
            found: version,
            supported: PROTOCOL_VERSION,
        });
    }
    if domain != expected.as_str() {
        return Err(Error::WrongDomain(domain.to_owned()));
    }
    Ok(())
}

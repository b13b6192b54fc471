//! A signature with the name of the key that made it, over one thing or over several in one go.
//!
//! Curve arithmetic is what a busy node spends most of its time on, so what is signed in one turn shares a
//! signature: it is over the root of a Merkle tree of the things' hashes, and goes with each of them
//! together with the proof that it is in the tree. Who gets one of them sees hashes of others; the tree is
//! filled up to a power of two, so that their number shows roughly only. Who gets several checks the
//! signature once ([`GoodSignatures`]).

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use super::Error;
use super::merkle::{Place, list_hash};
use super::parts::{hash_bytes, hashes};
use crate::crypto::{PublicKey, Signature, SigningKey, random_bytes};
use crate::model::{DomainId, Fingerprint, Hash, Purpose};
use crate::protocol::PROTOCOL_VERSION;
use crate::wire::protocol as wire;

#[cfg(test)]
mod tests;

/// A signature and whose it is said to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedSignature {
    /// The fingerprint of the key.
    pub key: Fingerprint,
    /// The signature.
    pub signature: Signature,
    /// Where the signed bytes stand in a list, if the signature is over one.
    place: Option<Place>,
}

/// How many signatures are remembered as good: some turns' worth.
const REMEMBERED: usize = 1024;

/// Signatures over lists that were found good lately. Clones share what they know.
#[derive(Debug, Clone)]
pub struct GoodSignatures(Arc<Mutex<LruCache<Good, ()>>>);

/// A key, the hash of a list, and the key's signature over it.
type Good = ([u8; 32], Hash, Signature);

impl Default for GoodSignatures {
    fn default() -> Self {
        // bounded below: one with a bound takes all of its memory at once
        Self(Arc::new(Mutex::new(LruCache::unbounded())))
    }
}

impl GoodSignatures {
    fn contains(&self, good: &Good) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(good).is_some()
    }

    fn insert(&self, good: Good) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.put(good, ());
        if known.len() > REMEMBERED {
            known.pop_lru();
        }
    }
}

impl KeyedSignature {
    /// Signs bytes for a purpose.
    pub fn make(key: &SigningKey, purpose: Purpose, bytes: &[u8]) -> Self {
        Self {
            key: key.public().fingerprint(),
            signature: key.sign(purpose, bytes),
            place: None,
        }
    }

    /// Signs several things for a purpose in one go; the signature of each. It is remembered as good:
    /// what its maker has sent comes back to him.
    pub fn make_all<B: AsRef<[u8]>>(
        key: &SigningKey,
        purpose: Purpose,
        things: &[B],
        good: &GoodSignatures,
    ) -> Vec<Self> {
        if let [bytes] = things {
            return vec![Self::make(key, purpose, bytes.as_ref())];
        }
        let hashes = things.iter().map(|it| Hash::of(purpose, it.as_ref()));
        let mut hashes: Vec<Hash> = hashes.collect();
        hashes.resize_with(hashes.len().next_power_of_two(), filler);
        let list = list_hash(&hashes);
        let signature = key.sign(Purpose::SignedList, list.as_bytes());
        good.insert((key.public().to_bytes(), list, signature));
        let fingerprint = key.public().fingerprint();
        let places = Place::all(&hashes).into_iter().take(things.len());
        let signatures = places.map(|place| Self {
            key: fingerprint.clone(),
            signature,
            place: Some(place),
        });
        signatures.collect()
    }

    /// Whether one of these keys made it over these bytes for this purpose.
    pub fn is_by(&self, keys: &[PublicKey], purpose: Purpose, bytes: &[u8]) -> bool {
        self.is_known_by(keys, purpose, bytes, &GoodSignatures::default())
    }

    /// The same, with what was found good before; it learns.
    pub fn is_known_by(
        &self,
        keys: &[PublicKey],
        purpose: Purpose,
        bytes: &[u8],
        good: &GoodSignatures,
    ) -> bool {
        keys.iter()
            .filter(|key| key.fingerprint() == self.key)
            .any(|key| self.holds(key, purpose, bytes, good))
    }

    fn holds(
        &self,
        key: &PublicKey,
        purpose: Purpose,
        bytes: &[u8],
        good: &GoodSignatures,
    ) -> bool {
        let Some(place) = &self.place else {
            return key.verify(purpose, bytes, &self.signature).is_ok();
        };
        let Ok(list) = place.list_hash(Hash::of(purpose, bytes)) else {
            return false;
        };
        let it = (key.to_bytes(), list, self.signature);
        if good.contains(&it) {
            return true;
        }
        let holds = key
            .verify(Purpose::SignedList, list.as_bytes(), &self.signature)
            .is_ok();
        if holds {
            good.insert(it);
        }
        holds
    }

    /// Its message on the wire.
    pub fn to_wire(&self) -> wire::Signature {
        wire::Signature {
            key: self.key.to_string(),
            signature: self.signature.as_bytes().to_vec().into(),
            place: self.place.as_ref().map(|place| wire::SignedPlace {
                index: place.index,
                count: place.count,
                proof: place.proof.iter().map(hash_bytes).collect(),
            }),
        }
    }

    /// Reads it from the wire.
    ///
    /// # Errors
    /// [`Error::Malformed`]
    pub fn from_wire(signature: Option<wire::Signature>) -> Result<Self, Error> {
        let signature = signature.ok_or_else(|| Error::malformed("no signature"))?;
        let place = signature.place.map(|place| {
            Ok(Place {
                index: place.index,
                count: place.count,
                proof: hashes(&place.proof)?,
            })
        });
        Ok(Self {
            key: Fingerprint::parse(&signature.key).map_err(Error::malformed)?,
            signature: Signature::from_bytes(&signature.signature).map_err(Error::malformed)?,
            place: place.transpose()?,
        })
    }
}

/// Nobody can tell it from a hash of something.
fn filler() -> Hash {
    Hash::from_bytes(random_bytes())
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

//! SHA-256 with a purpose: a hash of one kind of thing can never be taken for one of another.

use std::fmt;

use sha2::{Digest, Sha256};

/// What a hash is of. The number goes into the hash first; numbers are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// The fingerprint of a public key.
    PublicKeyFingerprint = 1,
    /// The contents of a contract, in its contract id.
    Contract = 2,
    /// A signed message of the protocol.
    SignedMessage = 3,
    /// The change id of a command.
    ChangeId = 4,
    /// The root of a confirmation request.
    RequestRoot = 5,
    /// A topology transaction.
    TopologyTransaction = 6,
    /// A message id, derived from what the message is about.
    MessageId = 7,
    /// A transaction, as a whole.
    Transaction = 8,
    /// The salt that hides a contract's contents in its id.
    ContractSalt = 9,
    /// A leaf of a confirmation request.
    RequestLeaf = 10,
    /// An inner node of the tree over the views of one level.
    ViewsNode = 11,
    /// The views of one level.
    Views = 12,
    /// A view of a confirmation request.
    View = 13,
    /// What a view's action leads to.
    ViewEffects = 14,
    /// The key of a view, derived from that of the view above.
    ViewKey = 15,
    /// The name of a view's key.
    ViewKeyId = 16,
    /// A request to the sequencer.
    SubmissionRequest = 20,
    /// A member's sequenced events, one after the other.
    EventChain = 21,
    /// A page of sequenced events, as the sequencer signs it.
    EventPage = 22,
    /// The content of an envelope, in the chain of events.
    EnvelopeContent = 23,
    /// A member has kept its events up to a time.
    Acknowledgement = 24,
    /// A member proves to the sequencer who it is.
    SequencerChallenge = 25,
    /// The active contracts that two participants share.
    AcsCommitment = 26,
    /// One contract among them.
    AcsElement = 27,
    /// An envelope with what a member is told of its recipients, in the chain of its events.
    DeliveredEnvelope = 28,
    /// Several things that were signed in one go.
    SignedList = 29,
    /// A namespace of several owners.
    DecentralizedNamespace = 30,
}

/// 32 bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Takes bytes as they are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes a slice of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The hash of `bytes` for one purpose.
    pub fn of(purpose: Purpose, bytes: &[u8]) -> Self {
        let mut builder = HashBuilder::new(purpose);
        builder.bytes(bytes);
        builder.finish()
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A hash of several parts. Every part is preceded by its length, so that different lists of parts
/// never give the same input.
#[derive(Debug)]
pub struct HashBuilder(Sha256);

impl HashBuilder {
    /// Starts a hash for one purpose.
    pub fn new(purpose: Purpose) -> Self {
        let mut hasher = Sha256::new();
        hasher.update((purpose as u32).to_be_bytes());
        Self(hasher)
    }

    /// Adds a part.
    pub fn bytes(&mut self, part: &[u8]) -> &mut Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, part: &str) -> &mut Self {
        self.bytes(part.as_bytes())
    }

    /// Adds a number.
    pub fn number(&mut self, part: i64) -> &mut Self {
        self.0.update(part.to_be_bytes());
        self
    }

    /// The hash of all parts so far.
    pub fn finish(&self) -> Hash {
        Hash(self.0.clone().finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_boundaries_of_parts_change_the_hash() {
        let one = HashBuilder::new(Purpose::Contract)
            .text("ab")
            .text("c")
            .finish();
        let two = HashBuilder::new(Purpose::Contract)
            .text("a")
            .text("bc")
            .finish();
        let three = HashBuilder::new(Purpose::ChangeId)
            .text("ab")
            .text("c")
            .finish();
        assert_ne!(one, two);
        assert_ne!(one, three);
    }
}

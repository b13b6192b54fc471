//! Names of requests and messages.

use std::fmt;

use crate::model::{Hash, HashBuilder, Purpose, Timestamp};

/// A confirmation request, known by its sequencing time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub Timestamp);

/// The contents of a confirmation request, in a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RootHash(pub Hash);

/// A sender's name for a message: sent twice, it is sequenced once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(Hash);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl MessageId {
    /// A name that nobody else makes up.
    pub fn random() -> Self {
        Self(Hash::from_bytes(crate::crypto::random_bytes()))
    }

    /// The name of the message of a kind about a subject: made again, it is the same.
    pub fn about(kind: &str, subject: &[u8]) -> Self {
        Self(
            HashBuilder::new(Purpose::MessageId)
                .text(kind)
                .bytes(subject)
                .finish(),
        )
    }

    /// The name of the message of a kind about a request.
    pub fn about_request(kind: &str, request: RequestId) -> Self {
        Self::about(kind, &request.0.micros().to_be_bytes())
    }

    /// Takes bytes of [`MessageId::as_bytes`].
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Hash::from_slice(bytes).map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

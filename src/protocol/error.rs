//! What can be wrong with a message.

/// Why a message is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no message.
    #[error("malformed message: {0}")]
    Malformed(String),
    /// Another version of the protocol.
    #[error("protocol version {found} is not supported, this node speaks {supported}")]
    UnsupportedVersion {
        /// What the message says.
        found: u32,
        /// What this node speaks.
        supported: u32,
    },
    /// Meant for another domain.
    #[error("the message is for domain {0}")]
    WrongDomain(String),
    /// The signer has no key on the domain.
    #[error("no key is known for {0}")]
    UnknownSigner(String),
    /// The signature does not hold.
    #[error("the signature of {0} does not match")]
    BadSignature(String),
}

impl Error {
    pub(super) fn malformed(error: impl std::fmt::Display) -> Self {
        Self::Malformed(error.to_string())
    }
}

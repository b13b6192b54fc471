//! Identities on a domain: who has which key, who hosts whom, who has vetted what.
//!
//! Every fact is a signed transaction about one subject; a later serial replaces an earlier one. The
//! topology manager orders and publishes them; every member applies them in that order to a
//! [`State`], so all have the same state at the same sequencing time.
//!
//! Invariants: pure; a transaction is applied only if those sign whose namespace it concerns; equal
//! histories give equal states; a [`State`] is a snapshot that is cheap to clone. A change is in
//! force from the sequencing time of its publication on.

mod keys;
mod mapping;
mod transaction;
mod vetting;

mod authorization;
mod state;

pub use keys::MemberKeys;
pub use mapping::{DomainParameters, Host, Hosting, Mapping, Permission, Subject};
pub use state::{Applied, State};
pub use transaction::{SignedTransaction, Transaction};
pub use vetting::{Validity, Vetted};

/// Why a topology transaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are no topology transaction.
    #[error("malformed topology transaction: {0}")]
    Malformed(String),
    /// A signature does not hold.
    #[error("a signature of the topology transaction does not match")]
    BadSignature,
    /// Somebody has not signed.
    #[error("the topology transaction is not signed for namespace {0}")]
    NotAuthorized(String),
    /// The serial does not follow the one in force.
    #[error("the topology transaction has serial {found}, expected {expected}")]
    SerialMismatch {
        /// What would follow.
        expected: u32,
        /// What came.
        found: u32,
    },
    /// It says what is in force already.
    #[error("the topology transaction changes nothing")]
    AlreadyInForce,
}

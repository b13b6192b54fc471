//! Whether the domain can take a transaction, and what it means that it cannot: pure.

use crate::lf::transaction::Transaction;
use crate::model::{DomainId, ProtocolVersion};
use crate::participant::errors::{ErrorId, Refusal};

/// Where a transaction is to go.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The domain.
    pub domain: &'a DomainId,
    /// Whether the submission asks for it: no other would be taken.
    pub is_prescribed: bool,
    /// Its rules.
    pub protocol_version: ProtocolVersion,
}

impl Route<'_> {
    /// Refuses a transaction that the domain has no form for.
    ///
    /// # Errors
    /// If it uses keys, and the domain has none.
    pub fn check(self, transaction: &Transaction) -> Result<(), Refusal> {
        if !transaction.uses_keys() || self.protocol_version.has_contract_keys() {
            return Ok(());
        }
        Err(self.refuse(&format!(
            "The transaction uses contract keys, which are supported starting protocol version: 35. \
             Currently the synchronizer {} is using {}.",
            self.domain, self.protocol_version
        )))
    }

    /// The domain cannot take the transaction.
    pub fn refuse(self, reason: &str) -> Refusal {
        if self.is_prescribed {
            return prescribed(self.domain, reason);
        }
        Refusal::new(
            ErrorId::NoSynchronizerForSubmission,
            format!(
                "No valid synchronizer for submission found. Discarded synchronizers: {}: {reason}",
                self.domain
            ),
        )
    }
}

/// The domain that a submission asks for cannot take it.
pub fn prescribed(domain: &DomainId, reason: &str) -> Refusal {
    Refusal::new(
        ErrorId::InvalidPrescribedSynchronizerId,
        format!(
            "Cannot submit transaction to prescribed synchronizer `{domain}` because: {reason}"
        ),
    )
}

//! What a domain's service offers to newcomers.

use crate::model::{DomainId, MemberId};
use crate::topology::SignedTransaction;

/// What a newcomer must know of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainInfo {
    /// The domain.
    pub id: DomainId,
    /// Who publishes topology transactions.
    pub topology_manager: MemberId,
}

/// Why a member was not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// Try again.
    #[error("the domain is not reachable: {0}")]
    Unavailable(String),
    /// The domain does not want it.
    #[error("the domain refuses: {0}")]
    Refused(String),
}

/// A domain's service.
#[tonic::async_trait]
pub trait ServicePort: Send + Sync + 'static {
    /// What domain this is.
    async fn domain_info(&self) -> Result<DomainInfo, AdmissionError>;

    /// Asks to join, with what the member says about itself. A member that was admitted before is
    /// admitted again.
    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), AdmissionError>;
}

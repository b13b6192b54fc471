//! How `service` reaches the topology manager.

use super::messages::TopologyMessage;
use crate::model::MemberId;
use crate::runtime::Handle;
use crate::sequencer_client::DomainInfo;
use crate::topology::{self, SignedTransaction};

/// Why a member was not admitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TopologyError {
    /// Try again.
    #[error("the topology manager is not reachable: {0}")]
    Unavailable(String),
    /// What it says about itself does not hold.
    #[error("refused: {0}")]
    Refused(#[from] topology::Error),
}

/// The topology manager, as `service` sees it.
#[tonic::async_trait]
pub trait TopologyPort: Send + Sync + 'static {
    /// What domain this is.
    async fn domain_info(&self) -> Result<DomainInfo, TopologyError>;

    /// Publishes what a member says about itself, and sends it everything published before. Doing it
    /// twice is the same as once.
    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), TopologyError>;
}

/// Reaches a topology manager in the same process.
#[derive(Debug, Clone)]
pub struct InProcessTopology(pub Handle<TopologyMessage>);

#[tonic::async_trait]
impl TopologyPort for InProcessTopology {
    async fn domain_info(&self) -> Result<DomainInfo, TopologyError> {
        self.0
            .ask(|reply| TopologyMessage::DomainInfo { reply })
            .await
            .map_err(|error| TopologyError::Unavailable(error.to_string()))
    }

    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), TopologyError> {
        self.0
            .ask(|reply| TopologyMessage::Admit {
                member,
                transactions,
                reply,
            })
            .await
            .map_err(|error| TopologyError::Unavailable(error.to_string()))?
    }
}

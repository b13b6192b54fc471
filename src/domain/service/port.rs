//! How newcomers reach the domain service.

use super::messages::ServiceMessage;
use crate::model::MemberId;
use crate::runtime::{Handle, PostError};
use crate::sequencer_client::{AdmissionError, DomainInfo, ServicePort};
use crate::topology::SignedTransaction;

/// Reaches a domain service in the same process.
#[derive(Debug, Clone)]
pub struct InProcessService(pub Handle<ServiceMessage>);

#[tonic::async_trait]
impl ServicePort for InProcessService {
    async fn domain_info(&self) -> Result<DomainInfo, AdmissionError> {
        self.0
            .ask(|reply| ServiceMessage::DomainInfo { reply })
            .await
            .map_err(|error| unavailable(&error))?
    }

    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), AdmissionError> {
        self.0
            .ask(|reply| ServiceMessage::Admit {
                member,
                transactions,
                reply,
            })
            .await
            .map_err(|error| unavailable(&error))?
    }
}

fn unavailable(error: &PostError) -> AdmissionError {
    AdmissionError::Unavailable(error.to_string())
}

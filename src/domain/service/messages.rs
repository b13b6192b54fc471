//! What the service's mailbox takes.

use tokio::sync::oneshot;

use crate::model::MemberId;
use crate::sequencer_client::{AdmissionError, DomainInfo};
use crate::topology::SignedTransaction;

/// A message to the domain service.
#[derive(Debug)]
pub enum ServiceMessage {
    /// What domain is this?
    DomainInfo {
        /// Answered when the topology manager has answered.
        reply: oneshot::Sender<Result<DomainInfo, AdmissionError>>,
    },
    /// May I join?
    Admit {
        /// Who asks.
        member: MemberId,
        /// What it says about itself, signed.
        transactions: Vec<SignedTransaction>,
        /// Answered when the member has joined, or is refused.
        reply: oneshot::Sender<Result<(), AdmissionError>>,
    },
}

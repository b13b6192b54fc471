//! What the topology manager's mailbox takes.

use tokio::sync::oneshot;

use super::port::TopologyError;
use crate::model::MemberId;
use crate::sequencer_client::DomainInfo;
use crate::topology::SignedTransaction;

/// A message to the topology manager.
#[derive(Debug)]
pub enum TopologyMessage {
    /// What domain is this?
    DomainInfo {
        /// Answered at once.
        reply: oneshot::Sender<DomainInfo>,
    },
    /// Make a member known.
    Admit {
        /// The member.
        member: MemberId,
        /// What it says about itself, signed.
        transactions: Vec<SignedTransaction>,
        /// Answered when the publication is sequenced.
        reply: oneshot::Sender<Result<(), TopologyError>>,
    },
}

//! Sync's port within a process.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::messages::{Reply, SyncMessage};
use crate::model::{DomainId, ParticipantId, Party, PartyHint};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{VettingChange, VettingUpdate};
use crate::participant::submission::{
    ConnectedDomain, DomainConnection, DomainStatus, HostingChange, HostingOutcome, KeyRotation,
    Submission, SyncPort,
};
use crate::runtime::{Handle, PostError};
use crate::topology;

/// Reaches sync in the same process.
#[derive(Debug, Clone)]
pub struct InProcessSync(pub Handle<SyncMessage>);

impl InProcessSync {
    async fn ask<T>(&self, make: impl FnOnce(Reply<T>) -> SyncMessage) -> Result<T, Refusal> {
        self.0.ask(make).await.map_err(refusal)?
    }
}

#[tonic::async_trait]
impl SyncPort for InProcessSync {
    async fn submit(&self, submission: Submission) -> Result<(), Refusal> {
        let submission = Box::new(submission);
        self.ask(|reply| SyncMessage::Submit { submission, reply })
            .await
    }

    async fn allocate_party(
        &self,
        hint: PartyHint,
        domain: Option<DomainId>,
    ) -> Result<Party, Refusal> {
        self.ask(|reply| SyncMessage::AllocateParty {
            hint,
            domain,
            reply,
        })
        .await
    }

    async fn upload_dar(
        &self,
        dar: Bytes,
        vet: bool,
        dry_run: bool,
        domain: Option<DomainId>,
    ) -> Result<(), Refusal> {
        self.ask(|reply| SyncMessage::UploadDar {
            dar,
            vet,
            dry_run,
            domain,
            reply,
        })
        .await
    }

    async fn change_vetting(
        &self,
        change: VettingChange,
        domain: Option<DomainId>,
    ) -> Result<VettingUpdate, Refusal> {
        self.ask(|reply| SyncMessage::ChangeVetting {
            change,
            domain,
            reply,
        })
        .await
    }

    async fn rotate_keys(&self, rotation: KeyRotation) -> Result<(), Refusal> {
        self.ask(|reply| SyncMessage::RotateKeys { rotation, reply })
            .await
    }

    async fn connected_domains(&self) -> Result<Vec<ConnectedDomain>, Refusal> {
        self.ask(|reply| SyncMessage::ConnectedDomains { reply })
            .await
    }

    async fn participant_id(&self) -> Result<ParticipantId, Refusal> {
        self.ask(|reply| SyncMessage::ParticipantId { reply }).await
    }

    async fn domains(&self) -> Result<Vec<DomainStatus>, Refusal> {
        self.ask(|reply| SyncMessage::Domains { reply }).await
    }

    async fn connect_domain(&self, connection: DomainConnection) -> Result<DomainStatus, Refusal> {
        self.ask(|reply| SyncMessage::ConnectDomain { connection, reply })
            .await
    }

    async fn disconnect_domain(&self, alias: String) -> Result<(), Refusal> {
        self.ask(|reply| SyncMessage::DisconnectDomain { alias, reply })
            .await
    }

    async fn host_party(&self, change: HostingChange) -> Result<HostingOutcome, Refusal> {
        self.ask(|reply| SyncMessage::HostParty { change, reply })
            .await
    }

    async fn topology_proposals(
        &self,
    ) -> Result<BTreeMap<DomainId, Vec<topology::Proposal>>, Refusal> {
        self.ask(|reply| SyncMessage::TopologyProposals { reply })
            .await
    }

    async fn topologies(&self) -> Result<BTreeMap<DomainId, topology::State>, Refusal> {
        self.ask(|reply| SyncMessage::Topologies { reply }).await
    }
}

fn refusal(error: PostError) -> Refusal {
    match error {
        PostError::Busy(_) => Refusal::new(
            ErrorId::ParticipantBackpressure,
            "The participant is overloaded. Please back off before submitting again.",
        ),
        PostError::Down(role) => Refusal::new(
            ErrorId::ServiceNotRunning,
            format!("{role} is not running; try again"),
        ),
    }
}

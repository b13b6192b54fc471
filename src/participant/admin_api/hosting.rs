//! `PartyHostingService`: who hosts a party.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{answer, domain};
use crate::model::{ParticipantId, Party};
use crate::participant::errors::Refusal;
use crate::participant::submission::{HostingChange, HostingOutcome, SyncPort};
use crate::topology::Permission;
use crate::wire::admin as wire;
use wire::party_hosting_service_server::PartyHostingService;

/// The service.
pub(super) struct PartyHosting(pub Arc<dyn SyncPort>);

#[tonic::async_trait]
impl PartyHostingService for PartyHosting {
    async fn host_party(
        &self,
        request: Request<wire::HostPartyRequest>,
    ) -> Result<Response<wire::HostPartyResponse>, Status> {
        let outcome = match change(&request.into_inner()) {
            Ok(change) => self.0.host_party(change).await,
            Err(refusal) => Err(refusal),
        };
        answer(outcome.map(|outcome| wire::HostPartyResponse {
            in_force: outcome == HostingOutcome::InForce,
        }))
    }
}

fn change(request: &wire::HostPartyRequest) -> Result<HostingChange, Refusal> {
    if request.hosts.is_empty() && request.threshold == 0 {
        return Err(Refusal::missing_field("hosts"));
    }
    let party = Party::parse(&request.party);
    Ok(HostingChange {
        party: party.map_err(|error| Refusal::invalid_field("party", error))?,
        domain: domain(&request.domain)?,
        hosts: request.hosts.iter().map(host).collect::<Result<_, _>>()?,
        threshold: (request.threshold > 0).then_some(request.threshold),
    })
}

fn host(host: &wire::Host) -> Result<(ParticipantId, Option<Permission>), Refusal> {
    let participant = ParticipantId::parse(&host.participant)
        .map_err(|error| Refusal::invalid_field("participant", error))?;
    let permission = match wire::Permission::try_from(host.permission) {
        Ok(wire::Permission::None) => None,
        Ok(wire::Permission::Observation) => Some(Permission::Observation),
        Ok(wire::Permission::Confirmation) => Some(Permission::Confirmation),
        Ok(wire::Permission::Submission) => Some(Permission::Submission),
        Ok(wire::Permission::Unspecified) => return Err(Refusal::missing_field("permission")),
        Err(_) => {
            return Err(Refusal::invalid_field(
                "permission",
                format!("unknown value {}", host.permission),
            ));
        }
    };
    Ok((participant, permission))
}

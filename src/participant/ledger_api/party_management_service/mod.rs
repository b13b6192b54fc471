//! `PartyManagementService`: parties, and what is noted about them.

mod store;

mod details;

mod allocate_party;
mod get_participant_id;
mod get_parties;
mod list_known_parties;
mod update_party_details;
mod update_party_identity_provider_id;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::party_management_service_server::PartyManagementService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use crate::model::Party;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) use store::PartyRecords;

/// The service.
pub(super) struct PartyManagement(pub(super) Arc<Door>);

#[tonic::async_trait]
impl PartyManagementService for PartyManagement {
    async fn get_participant_id(
        &self,
        request: Request<proto::GetParticipantIdRequest>,
    ) -> Result<Response<proto::GetParticipantIdResponse>, Status> {
        let (context, _) = open(request);
        context.answer(get_participant_id::call(&self.0).await)
    }

    async fn get_parties(
        &self,
        request: Request<proto::GetPartiesRequest>,
    ) -> Result<Response<proto::GetPartiesResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_parties::call(&self.0, &message).await)
    }

    async fn list_known_parties(
        &self,
        request: Request<proto::ListKnownPartiesRequest>,
    ) -> Result<Response<proto::ListKnownPartiesResponse>, Status> {
        let (context, message) = open(request);
        context.answer(list_known_parties::call(&self.0, &message).await)
    }

    async fn allocate_party(
        &self,
        request: Request<proto::AllocatePartyRequest>,
    ) -> Result<Response<proto::AllocatePartyResponse>, Status> {
        let (context, message) = open(request);
        context.answer(allocate_party::call(&self.0, message).await)
    }

    async fn allocate_external_party(
        &self,
        request: Request<proto::AllocateExternalPartyRequest>,
    ) -> Result<Response<proto::AllocateExternalPartyResponse>, Status> {
        let (context, _) = open(request);
        context.answer(Err(no_external_parties()))
    }

    async fn update_party_details(
        &self,
        request: Request<proto::UpdatePartyDetailsRequest>,
    ) -> Result<Response<proto::UpdatePartyDetailsResponse>, Status> {
        let (context, message) = open(request);
        context.answer(update_party_details::call(&self.0, message).await)
    }

    async fn update_party_identity_provider_id(
        &self,
        request: Request<proto::UpdatePartyIdentityProviderIdRequest>,
    ) -> Result<Response<proto::UpdatePartyIdentityProviderIdResponse>, Status> {
        let (context, message) = open(request);
        let answer = update_party_identity_provider_id::call(&self.0, &message).await;
        context.answer(answer)
    }

    async fn generate_external_party_topology(
        &self,
        request: Request<proto::GenerateExternalPartyTopologyRequest>,
    ) -> Result<Response<proto::GenerateExternalPartyTopologyResponse>, Status> {
        let (context, _) = open(request);
        context.answer(Err(no_external_parties()))
    }
}

fn no_external_parties() -> Refusal {
    Refusal::unimplemented("parties that hold their keys themselves")
}

/// The refusal of an operation on a party that is not known.
fn not_found(operation: &str, party: &Party) -> Refusal {
    Refusal::new(
        ErrorId::PartyNotFound,
        format!("Party: '{party}' was not found when {operation}"),
    )
    .about("PARTY", party.as_str())
}

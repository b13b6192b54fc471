//! `PartyManagementAlphaService`: parties cannot be moved yet.

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::party_management_alpha_service_server::PartyManagementAlphaService;
use tonic::{Request, Response, Status, Streaming};

use super::super::streams::Answers;
use super::refuse;

/// What is missing.
const WHAT: &str = "moving parties between participants";

/// The service.
pub(crate) struct PartyAlpha;

#[tonic::async_trait]
impl PartyManagementAlphaService for PartyAlpha {
    type ExportPartyAcsStream = Answers<proto::ExportPartyAcsResponse>;

    async fn export_party_acs(
        &self,
        request: Request<proto::ExportPartyAcsRequest>,
    ) -> Result<Response<Self::ExportPartyAcsStream>, Status> {
        refuse(request, WHAT)
    }

    async fn add_party_with_acs(
        &self,
        request: Request<Streaming<proto::AddPartyWithAcsRequest>>,
    ) -> Result<Response<proto::AddPartyWithAcsResponse>, Status> {
        refuse(request, WHAT)
    }

    async fn get_add_party_status(
        &self,
        request: Request<proto::GetAddPartyStatusRequest>,
    ) -> Result<Response<proto::GetAddPartyStatusResponse>, Status> {
        refuse(request, WHAT)
    }
}

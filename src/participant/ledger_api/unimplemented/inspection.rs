//! `CommandInspectionService`: commands cannot be inspected yet.

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::command_inspection_service_server::CommandInspectionService;
use tonic::{Request, Response, Status};

use super::refuse;

/// What is missing.
const WHAT: &str = "inspection of commands";

/// The service.
pub(crate) struct Inspection;

#[tonic::async_trait]
impl CommandInspectionService for Inspection {
    async fn get_command_status(
        &self,
        request: Request<proto::GetCommandStatusRequest>,
    ) -> Result<Response<proto::GetCommandStatusResponse>, Status> {
        refuse(request, WHAT)
    }
}

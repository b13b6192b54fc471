//! `CommandInspectionService`: what became of recent commands, for those who operate the participant.

mod get_command_status;
mod history;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::command_inspection_service_server::CommandInspectionService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

pub(super) use history::History;

/// The service.
pub(super) struct Inspection(pub(super) Arc<Door>);

#[tonic::async_trait]
impl CommandInspectionService for Inspection {
    async fn get_command_status(
        &self,
        request: Request<proto::GetCommandStatusRequest>,
    ) -> Result<Response<proto::GetCommandStatusResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_command_status::call(&self.0, &message))
    }
}

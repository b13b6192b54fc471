//! `CommandSubmissionService`: submits and does not wait.

mod submit;
mod submit_reassignment;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::command_submission_service_server::CommandSubmissionService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct Submissions(pub(super) Arc<Door>);

#[tonic::async_trait]
impl CommandSubmissionService for Submissions {
    async fn submit(
        &self,
        request: Request<proto::SubmitRequest>,
    ) -> Result<Response<proto::SubmitResponse>, Status> {
        let (context, message) = open(request);
        context.answer(submit::call(&self.0, &context, message).await)
    }

    async fn submit_reassignment(
        &self,
        request: Request<proto::SubmitReassignmentRequest>,
    ) -> Result<Response<proto::SubmitReassignmentResponse>, Status> {
        let (context, message) = open(request);
        context.answer(submit_reassignment::call(&self.0, message).await)
    }
}

//! `CommandService`: submits and waits.

mod execute;

mod submit_and_wait;
mod submit_and_wait_for_reassignment;
mod submit_and_wait_for_transaction;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::command_service_server::CommandService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct Commands(pub(super) Arc<Door>);

#[tonic::async_trait]
impl CommandService for Commands {
    async fn submit_and_wait(
        &self,
        request: Request<proto::SubmitAndWaitRequest>,
    ) -> Result<Response<proto::SubmitAndWaitResponse>, Status> {
        let (context, message) = open(request);
        context.answer(submit_and_wait::call(&self.0, &context, message).await)
    }

    async fn submit_and_wait_for_transaction(
        &self,
        request: Request<proto::SubmitAndWaitForTransactionRequest>,
    ) -> Result<Response<proto::SubmitAndWaitForTransactionResponse>, Status> {
        let (context, message) = open(request);
        context.answer(submit_and_wait_for_transaction::call(&self.0, &context, message).await)
    }

    async fn submit_and_wait_for_reassignment(
        &self,
        request: Request<proto::SubmitAndWaitForReassignmentRequest>,
    ) -> Result<Response<proto::SubmitAndWaitForReassignmentResponse>, Status> {
        let (context, message) = open(request);
        context.answer(submit_and_wait_for_reassignment::call(&self.0, message).await)
    }
}

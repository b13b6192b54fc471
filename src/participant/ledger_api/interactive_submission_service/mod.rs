//! `InteractiveSubmissionService`: which packages to use. Submissions that are signed outside of the
//! participant are not served yet.

mod get_preferred_package_version;
mod get_preferred_packages;

mod preference;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::interactive as proto;
use proto::interactive_submission_service_server::InteractiveSubmissionService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use super::requests::no_user;
use crate::participant::errors::Refusal;

/// The service.
pub(super) struct Interactive(pub(super) Arc<Door>);

#[tonic::async_trait]
impl InteractiveSubmissionService for Interactive {
    async fn prepare_submission(
        &self,
        request: Request<proto::PrepareSubmissionRequest>,
    ) -> Result<Response<proto::PrepareSubmissionResponse>, Status> {
        let (context, message) = open(request);
        context.answer(Err(refusal(&message.user_id)))
    }

    async fn execute_submission(
        &self,
        request: Request<proto::ExecuteSubmissionRequest>,
    ) -> Result<Response<proto::ExecuteSubmissionResponse>, Status> {
        let (context, message) = open(request);
        context.answer(Err(refusal(&message.user_id)))
    }

    async fn execute_submission_and_wait(
        &self,
        request: Request<proto::ExecuteSubmissionAndWaitRequest>,
    ) -> Result<Response<proto::ExecuteSubmissionAndWaitResponse>, Status> {
        let (context, message) = open(request);
        context.answer(Err(refusal(&message.user_id)))
    }

    async fn execute_submission_and_wait_for_transaction(
        &self,
        request: Request<proto::ExecuteSubmissionAndWaitForTransactionRequest>,
    ) -> Result<Response<proto::ExecuteSubmissionAndWaitForTransactionResponse>, Status> {
        let (context, message) = open(request);
        context.answer(Err(refusal(&message.user_id)))
    }

    async fn get_preferred_package_version(
        &self,
        request: Request<proto::GetPreferredPackageVersionRequest>,
    ) -> Result<Response<proto::GetPreferredPackageVersionResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_preferred_package_version::call(&self.0, &message).await)
    }

    async fn get_preferred_packages(
        &self,
        request: Request<proto::GetPreferredPackagesRequest>,
    ) -> Result<Response<proto::GetPreferredPackagesResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_preferred_packages::call(&self.0, &message).await)
    }
}

fn refusal(user_id: &str) -> Refusal {
    if user_id.is_empty() {
        no_user()
    } else {
        Refusal::unimplemented("submissions that are signed outside of the participant")
    }
}

//! `VersionService`: which API this is.

mod get_ledger_api_version;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::version_service_server::VersionService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

pub(super) use get_ledger_api_version::VETTED_PACKAGES_PAGE_SIZE;

/// The service.
pub(super) struct Version(pub(super) Arc<Door>);

#[tonic::async_trait]
impl VersionService for Version {
    async fn get_ledger_api_version(
        &self,
        request: Request<proto::GetLedgerApiVersionRequest>,
    ) -> Result<Response<proto::GetLedgerApiVersionResponse>, Status> {
        let (context, _) = open(request);
        context.answer(get_ledger_api_version::call(&self.0))
    }
}

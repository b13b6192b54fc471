//! `TimeService`: reads and moves static time. Served only where time is static.

mod get_time;
mod set_time;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::testing as proto;
use proto::time_service_server::TimeService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct Time(pub(super) Arc<Door>);

#[tonic::async_trait]
impl TimeService for Time {
    async fn get_time(
        &self,
        request: Request<proto::GetTimeRequest>,
    ) -> Result<Response<proto::GetTimeResponse>, Status> {
        let (context, _) = open(request);
        context.answer(get_time::call(&self.0))
    }

    async fn set_time(
        &self,
        request: Request<proto::SetTimeRequest>,
    ) -> Result<Response<()>, Status> {
        let (context, message) = open(request);
        context.answer(set_time::call(&self.0, &message))
    }
}

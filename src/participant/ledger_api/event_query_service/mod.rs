//! `EventQueryService`: the life of a contract.

mod get_events_by_contract_id;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::event_query_service_server::EventQueryService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct EventQueries(pub(super) Arc<Door>);

#[tonic::async_trait]
impl EventQueryService for EventQueries {
    async fn get_events_by_contract_id(
        &self,
        request: Request<proto::GetEventsByContractIdRequest>,
    ) -> Result<Response<proto::GetEventsByContractIdResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_events_by_contract_id::call(&self.0, message).await)
    }
}

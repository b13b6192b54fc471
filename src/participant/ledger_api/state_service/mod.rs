//! `StateService`: what is active, and how far the ledger has come.

mod contracts;

mod get_active_contracts;
mod get_active_contracts_page;
mod get_connected_synchronizers;
mod get_latest_pruned_offsets;
mod get_ledger_end;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::state_service_server::StateService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use super::streams::Answers;

/// The service.
pub(super) struct State(pub(super) Arc<Door>);

#[tonic::async_trait]
impl StateService for State {
    type GetActiveContractsStream = Answers<proto::GetActiveContractsResponse>;

    async fn get_active_contracts(
        &self,
        request: Request<proto::GetActiveContractsRequest>,
    ) -> Result<Response<Self::GetActiveContractsStream>, Status> {
        let (context, message) = open(request);
        context.answer(get_active_contracts::call(&self.0, &context, message).await)
    }

    async fn get_active_contracts_page(
        &self,
        request: Request<proto::GetActiveContractsPageRequest>,
    ) -> Result<Response<proto::GetActiveContractsPageResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_active_contracts_page::call(&self.0, message).await)
    }

    async fn get_connected_synchronizers(
        &self,
        request: Request<proto::GetConnectedSynchronizersRequest>,
    ) -> Result<Response<proto::GetConnectedSynchronizersResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_connected_synchronizers::call(&self.0, &message).await)
    }

    async fn get_ledger_end(
        &self,
        request: Request<proto::GetLedgerEndRequest>,
    ) -> Result<Response<proto::GetLedgerEndResponse>, Status> {
        let (context, _) = open(request);
        context.answer(get_ledger_end::call(&self.0))
    }

    async fn get_latest_pruned_offsets(
        &self,
        request: Request<proto::GetLatestPrunedOffsetsRequest>,
    ) -> Result<Response<proto::GetLatestPrunedOffsetsResponse>, Status> {
        let (context, _) = open(request);
        context.answer(get_latest_pruned_offsets::call(&self.0))
    }
}

//! `ContractService`: contracts by their id.

mod get_contract;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::contract_service_server::ContractService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct Contracts(pub(super) Arc<Door>);

#[tonic::async_trait]
impl ContractService for Contracts {
    async fn get_contract(
        &self,
        request: Request<proto::GetContractRequest>,
    ) -> Result<Response<proto::GetContractResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_contract::call(&self.0, &message).await)
    }
}

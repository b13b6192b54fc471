//! `ParticipantPruningService`: the beginning of the ledger goes away.

mod prune;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::participant_pruning_service_server::ParticipantPruningService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;

/// The service.
pub(super) struct Pruning(pub(super) Arc<Door>);

#[tonic::async_trait]
impl ParticipantPruningService for Pruning {
    async fn prune(
        &self,
        request: Request<proto::PruneRequest>,
    ) -> Result<Response<proto::PruneResponse>, Status> {
        let (context, message) = open(request);
        context.answer(prune::call(&self.0, &message).await)
    }
}

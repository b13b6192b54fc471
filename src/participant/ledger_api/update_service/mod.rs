//! `UpdateService`: what happened on the ledger.

mod get_update_by_hash;
mod get_update_by_id;
mod get_update_by_offset;
mod get_updates;
mod get_updates_page;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::update_service_server::UpdateService;
use tonic::{Request, Response, Status};

use super::answers::single_update;
use super::context::open;
use super::door::Door;
use super::streams::Answers;
use crate::participant::errors::Refusal;
use crate::participant::indexer::Entry;
use crate::participant::updates::UpdateFormat;

/// The service.
pub(super) struct Updates(pub(super) Arc<Door>);

#[tonic::async_trait]
impl UpdateService for Updates {
    type GetUpdatesStream = Answers<proto::GetUpdatesResponse>;

    async fn get_updates(
        &self,
        request: Request<proto::GetUpdatesRequest>,
    ) -> Result<Response<Self::GetUpdatesStream>, Status> {
        let (context, message) = open(request);
        context.answer(get_updates::call(&self.0, &context, message).await)
    }

    async fn get_update_by_offset(
        &self,
        request: Request<proto::GetUpdateByOffsetRequest>,
    ) -> Result<Response<proto::GetUpdateResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_update_by_offset::call(&self.0, message).await)
    }

    async fn get_update_by_id(
        &self,
        request: Request<proto::GetUpdateByIdRequest>,
    ) -> Result<Response<proto::GetUpdateResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_update_by_id::call(&self.0, message).await)
    }

    async fn get_update_by_hash(
        &self,
        request: Request<proto::GetUpdateByHashRequest>,
    ) -> Result<Response<proto::GetUpdateResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_update_by_hash::call(message))
    }

    async fn get_updates_page(
        &self,
        request: Request<proto::GetUpdatesPageRequest>,
    ) -> Result<Response<proto::GetUpdatesPageResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_updates_page::call(&self.0, message).await)
    }
}

/// Whether transactions are told with type ids and labels.
fn is_verbose(format: &UpdateFormat) -> bool {
    let transactions = format.transactions.as_ref();
    transactions.is_some_and(|it| it.events.verbose)
}

/// An entry in a format; none if there is nothing to show.
async fn show(
    door: &Door,
    entry: Option<Arc<Entry>>,
    format: &UpdateFormat,
) -> Result<Option<proto::GetUpdateResponse>, Refusal> {
    let Some(entry) = entry else {
        // what is wrong with the format is told anyway
        door.model.projector(format).await?;
        return Ok(None);
    };
    let shown = door.model.show(&entry, format).await;
    if door.model.is_pruned(entry.offset) {
        return Ok(None);
    }
    let update = shown?;
    let verbose = is_verbose(format);
    let written = update.map(|update| single_update(&update, verbose, door.engine()));
    written.transpose()
}

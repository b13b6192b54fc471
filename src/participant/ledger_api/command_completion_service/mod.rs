//! `CommandCompletionService`: what became of submissions.

mod completion_stream;
mod get_completions;

use std::collections::BTreeSet;
use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::command_completion_service_server::CommandCompletionService;
use proto::completion_stream_response::CompletionResponse;
use tonic::{Request, Response, Status};

use super::answers::{checkpoint, completion};
use super::context::{Context, open};
use super::door::Door;
use super::streams::{Answers, answers};
use crate::model::{Offset, Party};
use crate::participant::errors::Refusal;
use crate::participant::updates::CompletionFilter;

/// The service.
pub(super) struct Completions(pub(super) Arc<Door>);

#[tonic::async_trait]
impl CommandCompletionService for Completions {
    type CompletionStreamStream = Answers<proto::CompletionStreamResponse>;

    async fn completion_stream(
        &self,
        request: Request<proto::CompletionStreamRequest>,
    ) -> Result<Response<Self::CompletionStreamStream>, Status> {
        let (context, message) = open(request);
        context.answer(completion_stream::call(&self.0, &context, &message))
    }

    type GetCompletionsStream = Answers<proto::CompletionStreamResponse>;

    async fn get_completions(
        &self,
        request: Request<proto::GetCompletionsRequest>,
    ) -> Result<Response<Self::GetCompletionsStream>, Status> {
        let (context, message) = open(request);
        context.answer(get_completions::call(&self.0, &context, &message))
    }
}

/// The completions after an offset, for ever.
fn stream(
    door: &Door,
    context: &Context,
    filter: CompletionFilter,
    after: Offset,
) -> Answers<proto::CompletionStreamResponse> {
    let parties: Option<BTreeSet<Party>> = filter.parties.clone();
    let told = door
        .model
        .completions(filter, after, None, door.stop.clone());
    let response = |it| proto::CompletionStreamResponse {
        completion_response: Some(it),
    };
    answers(
        context.clone(),
        told,
        move |entry| {
            completion(&entry, parties.as_ref())
                .map(|it| response(CompletionResponse::Completion(it)))
                .ok_or_else(|| Refusal::internal("an entry without completion"))
        },
        move |end| response(CompletionResponse::OffsetCheckpoint(checkpoint(end))),
    )
}

//! `Submit`: what becomes of it is told by a completion.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{as_written, submission};
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    context: &Context,
    request: proto::SubmitRequest,
) -> Result<proto::SubmitResponse, Refusal> {
    let known = door.model.packages().known();
    let commands = as_written(request.commands.as_ref());
    let submission = submission(request.commands, context.trace(), &known)?;
    context.correlate(submission.submission_id.as_str());
    door.submit(submission, commands).await?;
    Ok(proto::SubmitResponse {})
}

//! `SubmitAndWait`: the outcome, without the transaction.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{as_written, submission};
use super::execute::execute;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    context: &Context,
    request: proto::SubmitAndWaitRequest,
) -> Result<proto::SubmitAndWaitResponse, Refusal> {
    let known = door.model.packages().known();
    let commands = as_written(request.commands.as_ref());
    let submission = submission(request.commands, context.trace(), &known)?;
    context.correlate(submission.submission_id.as_str());
    let accepted = execute(door, context, submission, commands).await?;
    let update_id = accepted.transaction().map(|it| it.update_id.to_string());
    Ok(proto::SubmitAndWaitResponse {
        update_id: update_id.unwrap_or_default(),
        completion_offset: accepted.entry().offset.get(),
    })
}

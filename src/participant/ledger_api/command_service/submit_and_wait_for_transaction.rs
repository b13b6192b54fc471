//! `SubmitAndWaitForTransaction`: the outcome, with the transaction in a format of choice.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::transaction;
use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{as_written, submission, transaction_format};
use super::execute::execute;
use crate::participant::errors::Refusal;
use crate::participant::submission::Submission;
use crate::participant::updates::{EventFormat, Projector, Shape, TransactionFormat, UpdateFormat};

pub(super) async fn call(
    door: &Door,
    context: &Context,
    request: proto::SubmitAndWaitForTransactionRequest,
) -> Result<proto::SubmitAndWaitForTransactionResponse, Refusal> {
    let known = door.model.packages().known();
    let commands = as_written(request.commands.as_ref());
    let submission = submission(request.commands, context.trace(), &known)?;
    context.correlate(submission.submission_id.as_str());
    let format = match request.transaction_format {
        Some(format) => transaction_format(format)?,
        None => default_format(&submission),
    };
    let verbose = format.events.verbose;
    let format = UpdateFormat {
        transactions: Some(format),
        topology: None,
    };
    // names that stand for nothing are told before anything is submitted
    let projector = door.model.projector(&format).await?.filters;
    let accepted = execute(door, context, submission, commands).await?;
    let projection = projector
        .project(accepted.entry())
        .unwrap_or_else(|| Projector::without_events(accepted.entry()));
    let update = door.model.tell_one(projection, verbose).await?;
    Ok(proto::SubmitAndWaitForTransactionResponse {
        transaction: Some(transaction(&update, verbose, door.engine())?),
    })
}

/// What the submitters see change.
fn default_format(submission: &Submission) -> TransactionFormat {
    TransactionFormat {
        events: EventFormat::wildcard(submission.act_as.iter().cloned(), true),
        shape: Shape::AcsDelta,
    }
}

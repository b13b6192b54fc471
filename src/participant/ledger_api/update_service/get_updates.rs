//! `GetUpdates`: a stream of updates.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::{checkpoint, updates_item};
use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{non_negative, not_after_end, positive, present, update_format};
use super::super::streams::{Answers, answers};
use super::is_verbose;
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::updates::Stretch;

pub(super) async fn call(
    door: &Door,
    context: &Context,
    request: proto::GetUpdatesRequest,
) -> Result<Answers<proto::GetUpdatesResponse>, Refusal> {
    let stretch = stretch(&request, door.end()?)?;
    let format = update_format(present(request.update_format, "update_format")?)?;
    check_order(stretch)?;
    let verbose = is_verbose(&format);
    let told = door
        .model
        .updates(format, stretch, door.stop.clone())
        .await?;
    let engine = door.engine().clone();
    Ok(answers(
        context.clone(),
        told,
        move |update| updates_item(&update, verbose, &engine),
        |end| proto::GetUpdatesResponse {
            update: Some(proto::get_updates_response::Update::OffsetCheckpoint(
                checkpoint(end),
            )),
        },
    ))
}

fn stretch(request: &proto::GetUpdatesRequest, ledger_end: Offset) -> Result<Stretch, Refusal> {
    let after = non_negative(request.begin_exclusive, "begin_exclusive")?;
    let last = request.end_inclusive.map(|end| {
        positive(
            end,
            "end_inclusive",
            "the offset has to be either a positive integer (>0) or not defined at all",
        )
    });
    let last = last.transpose()?;
    let stretch = match (request.descending_order, last) {
        (false, last) => Stretch::Forward { after, last },
        (true, Some(from)) => Stretch::Backward { from, after },
        (true, None) => {
            return Err(Refusal::new(
                ErrorId::DescendingOrderMissingEnd,
                "Descending order requires an end offset: end_inclusive is not set",
            ));
        }
    };
    not_after_end(after, ledger_end, "Begin")?;
    if let Some(last) = last {
        not_after_end(last, ledger_end, "End")?;
    }
    Ok(stretch)
}

fn check_order(stretch: Stretch) -> Result<(), Refusal> {
    match stretch {
        Stretch::Forward {
            after,
            last: Some(last),
        }
        | Stretch::Backward { from: last, after }
            if last < after =>
        {
            Err(Refusal::new(
                ErrorId::OffsetOutOfRange,
                format!("End offset {last} is before begin offset {after}."),
            ))
        }
        Stretch::Forward { .. } | Stretch::Backward { .. } => Ok(()),
    }
}

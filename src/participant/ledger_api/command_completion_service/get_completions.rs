//! `GetCompletions`: of whichever user's submissions.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{non_negative, not_after_end, parties};
use super::super::streams::Answers;
use crate::participant::errors::Refusal;
use crate::participant::updates::CompletionFilter;

pub(super) fn call(
    door: &Door,
    context: &Context,
    request: &proto::GetCompletionsRequest,
) -> Result<Answers<proto::CompletionStreamResponse>, Refusal> {
    let parties = parties(&request.parties)?;
    let after = non_negative(request.begin_exclusive, "begin_exclusive")?;
    not_after_end(after, door.end()?, "Begin")?;
    let filter = CompletionFilter {
        user: None,
        parties: Some(parties).filter(|parties| !parties.is_empty()),
    };
    Ok(super::stream(door, context, filter, after))
}

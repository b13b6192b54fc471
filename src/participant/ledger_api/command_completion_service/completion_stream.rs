//! `CompletionStream`: of one user's submissions.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{no_user, non_negative, not_after_end, parties, required};
use super::super::streams::Answers;
use crate::model::UserId;
use crate::participant::errors::Refusal;
use crate::participant::updates::CompletionFilter;

pub(super) fn call(
    door: &Door,
    context: &Context,
    request: &proto::CompletionStreamRequest,
) -> Result<Answers<proto::CompletionStreamResponse>, Refusal> {
    if request.user_id.is_empty() {
        return Err(no_user());
    }
    let user = required(&request.user_id, "user_id", UserId::parse)?;
    let parties = parties(&request.parties)?;
    if parties.is_empty() {
        return Err(Refusal::missing_field("parties"));
    }
    let after = non_negative(request.begin_exclusive, "begin_exclusive")?;
    not_after_end(after, door.end()?, "Begin")?;
    let filter = CompletionFilter {
        user: Some(user),
        parties: Some(parties),
    };
    Ok(super::stream(door, context, filter, after))
}

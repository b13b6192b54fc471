//! `GetUser`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::GetUserRequest,
) -> Result<proto::GetUserResponse, Refusal> {
    let id = super::asked_user(&request.user_id)?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let user = door.users.get(&id, &provider).await?;
    let user = user.ok_or_else(|| super::not_found("getting user", &id))?;
    Ok(proto::GetUserResponse {
        user: Some(user.to_proto()),
    })
}

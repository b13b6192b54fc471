//! `ListUserRights`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::user::to_proto;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::ListUserRightsRequest,
) -> Result<proto::ListUserRightsResponse, Refusal> {
    let id = super::asked_user(&request.user_id)?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let rights = door.users.rights(&id, &provider).await?;
    let rights = rights.ok_or_else(|| super::not_found("list user rights", &id))?;
    Ok(proto::ListUserRightsResponse {
        rights: to_proto(&rights),
    })
}

//! `RevokeUserRights`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::required;
use super::user::{rights, to_proto};
use crate::model::UserId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: proto::RevokeUserRightsRequest,
) -> Result<proto::RevokeUserRightsResponse, Refusal> {
    let id = required(&request.user_id, "user_id", UserId::parse)?;
    let rights = rights(request.rights)?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let revoked = door.users.revoke(&id, &provider, &rights).await?;
    let revoked = revoked.ok_or_else(|| super::not_found("revoke user rights", &id))?;
    Ok(proto::RevokeUserRightsResponse {
        newly_revoked_rights: to_proto(&revoked),
    })
}

//! `GrantUserRights`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::required;
use super::user::{rights, to_proto};
use crate::model::UserId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: proto::GrantUserRightsRequest,
) -> Result<proto::GrantUserRightsResponse, Refusal> {
    let id = required(&request.user_id, "user_id", UserId::parse)?;
    let rights = rights(request.rights)?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let granted = super::grant(door, &id, &provider, &rights, "grant user rights").await?;
    Ok(proto::GrantUserRightsResponse {
        newly_granted_rights: to_proto(&granted),
    })
}

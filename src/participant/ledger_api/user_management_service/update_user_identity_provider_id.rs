//! `UpdateUserIdentityProviderId`: there is no identity provider but the participant's own.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{identity_provider, known_identity_provider};
use super::super::door::Door;
use super::super::requests::required;
use crate::model::UserId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::UpdateUserIdentityProviderIdRequest,
) -> Result<proto::UpdateUserIdentityProviderIdResponse, Refusal> {
    let id = required(&request.user_id, "user_id", UserId::parse)?;
    let source = &request.source_identity_provider_id;
    let source = identity_provider(source, "source_identity_provider_id")?;
    let target = &request.target_identity_provider_id;
    let target = identity_provider(target, "target_identity_provider_id")?;
    known_identity_provider(&source)?;
    known_identity_provider(&target)?;
    let user = door.users.get(&id, &source).await?;
    user.ok_or_else(|| super::not_found("update user identity provider", &id))?;
    Ok(proto::UpdateUserIdentityProviderIdResponse {})
}

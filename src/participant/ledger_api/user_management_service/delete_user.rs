//! `DeleteUser`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::required;
use crate::model::UserId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::DeleteUserRequest,
) -> Result<proto::DeleteUserResponse, Refusal> {
    let id = required(&request.user_id, "user_id", UserId::parse)?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    if door.users.delete(&id, &provider).await? {
        Ok(proto::DeleteUserResponse {})
    } else {
        Err(super::not_found("deleting user", &id))
    }
}

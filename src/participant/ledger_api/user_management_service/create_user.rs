//! `CreateUser`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{
    Metadata, check_annotations, identity_provider, known_identity_provider, unset_version,
};
use super::super::door::Door;
use super::super::requests::{party, present, required};
use super::user::{User, rights};
use crate::model::UserId;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: proto::CreateUserRequest,
) -> Result<proto::CreateUserResponse, Refusal> {
    let user = user(present(request.user, "user")?)?;
    let rights = rights(request.rights)?;
    known_identity_provider(&user.identity_provider)?;
    if rights.len() > door.config.max_rights_per_user {
        return Err(Refusal::new(
            ErrorId::TooManyUserRights,
            format!(
                "creating user failed, as user \"{}\" would have too many rights.",
                user.id
            ),
        )
        .about("USER", user.id.as_str()));
    }
    if !door.users.create(&user, &rights, door.clock.now()).await? {
        return Err(Refusal::new(
            ErrorId::UserAlreadyExists,
            format!(
                "creating user failed, as user \"{}\" already exists",
                user.id
            ),
        )
        .about("USER", user.id.as_str()));
    }
    Ok(proto::CreateUserResponse {
        user: Some(user.to_proto()),
    })
}

fn user(user: proto::User) -> Result<User, Refusal> {
    let id = required(&user.id, "id", UserId::parse)?;
    let metadata = user.metadata.unwrap_or_default();
    unset_version(&metadata.resource_version, "user.metadata.resource_version")?;
    let field = "user.metadata.annotations";
    let annotations = check_annotations(metadata.annotations, false, field)?;
    let primary_party = match user.primary_party.as_str() {
        "" => None,
        text => Some(party(text)?),
    };
    Ok(User {
        id,
        primary_party,
        is_deactivated: user.is_deactivated,
        primary_party_authentication: user.primary_party_authentication,
        identity_provider: identity_provider(&user.identity_provider_id, "identity_provider_id")?,
        metadata: Metadata {
            version: Some(0),
            annotations,
        },
    })
}

//! `UserManagementService`: users of the participant and what they may do.

mod user;

mod store;

mod create_user;
mod delete_user;
mod get_user;
mod grant_user_rights;
mod list_user_rights;
mod list_users;
mod revoke_user_rights;
mod update_user;
mod update_user_identity_provider_id;

use std::collections::BTreeSet;
use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::user_management_service_server::UserManagementService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use crate::model::{Party, UserId};
use crate::participant::errors::{ErrorId, Refusal};

pub(super) use store::Users;

/// The service.
pub(super) struct UserManagement(pub(super) Arc<Door>);

#[tonic::async_trait]
impl UserManagementService for UserManagement {
    async fn create_user(
        &self,
        request: Request<proto::CreateUserRequest>,
    ) -> Result<Response<proto::CreateUserResponse>, Status> {
        let (context, message) = open(request);
        context.answer(create_user::call(&self.0, message).await)
    }

    async fn get_user(
        &self,
        request: Request<proto::GetUserRequest>,
    ) -> Result<Response<proto::GetUserResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_user::call(&self.0, &message).await)
    }

    async fn update_user(
        &self,
        request: Request<proto::UpdateUserRequest>,
    ) -> Result<Response<proto::UpdateUserResponse>, Status> {
        let (context, message) = open(request);
        context.answer(update_user::call(&self.0, message).await)
    }

    async fn delete_user(
        &self,
        request: Request<proto::DeleteUserRequest>,
    ) -> Result<Response<proto::DeleteUserResponse>, Status> {
        let (context, message) = open(request);
        context.answer(delete_user::call(&self.0, &message).await)
    }

    async fn list_users(
        &self,
        request: Request<proto::ListUsersRequest>,
    ) -> Result<Response<proto::ListUsersResponse>, Status> {
        let (context, message) = open(request);
        context.answer(list_users::call(&self.0, &message).await)
    }

    async fn grant_user_rights(
        &self,
        request: Request<proto::GrantUserRightsRequest>,
    ) -> Result<Response<proto::GrantUserRightsResponse>, Status> {
        let (context, message) = open(request);
        context.answer(grant_user_rights::call(&self.0, message).await)
    }

    async fn revoke_user_rights(
        &self,
        request: Request<proto::RevokeUserRightsRequest>,
    ) -> Result<Response<proto::RevokeUserRightsResponse>, Status> {
        let (context, message) = open(request);
        context.answer(revoke_user_rights::call(&self.0, message).await)
    }

    async fn list_user_rights(
        &self,
        request: Request<proto::ListUserRightsRequest>,
    ) -> Result<Response<proto::ListUserRightsResponse>, Status> {
        let (context, message) = open(request);
        context.answer(list_user_rights::call(&self.0, &message).await)
    }

    async fn update_user_identity_provider_id(
        &self,
        request: Request<proto::UpdateUserIdentityProviderIdRequest>,
    ) -> Result<Response<proto::UpdateUserIdentityProviderIdResponse>, Status> {
        let (context, message) = open(request);
        let answer = update_user_identity_provider_id::call(&self.0, &message).await;
        context.answer(answer)
    }
}

/// Refuses a user who is not there.
pub(super) async fn check_user(door: &Door, id: &UserId) -> Result<(), Refusal> {
    match door.users.get(id, "").await? {
        Some(_) => Ok(()),
        None => Err(not_found("allocating a party", id)),
    }
}

/// Lets a user act as a party that was allocated for him.
pub(super) async fn let_act_as(door: &Door, user: &UserId, party: &Party) -> Result<(), Refusal> {
    let rights = BTreeSet::from([user::Right::ActAs(party.clone())]);
    grant(
        door,
        user,
        "",
        &rights,
        "granting user rights for a new party",
    )
    .await?;
    Ok(())
}

async fn grant(
    door: &Door,
    id: &UserId,
    identity_provider: &str,
    rights: &BTreeSet<user::Right>,
    operation: &str,
) -> Result<BTreeSet<user::Right>, Refusal> {
    let max = door.config.max_rights_per_user;
    let now = door.clock.now();
    let granted = door
        .users
        .grant(id, identity_provider, rights, max, now)
        .await?;
    granted.map_err(|error| match error {
        store::GrantError::NotFound => not_found(operation, id),
        store::GrantError::TooMany => Refusal::new(
            ErrorId::TooManyUserRights,
            format!("{operation} failed, as user \"{id}\" would have too many rights."),
        )
        .about("USER", id.as_str()),
    })
}

/// The refusal of an operation on a user who is not there.
fn not_found(operation: &str, id: &UserId) -> Refusal {
    Refusal::new(
        ErrorId::UserNotFound,
        format!("{operation} failed for unknown user \"{id}\""),
    )
    .about("USER", id.as_str())
}

/// The id of the user that is asked about. A token could name him; there are no tokens yet.
fn asked_user(text: &str) -> Result<UserId, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new(
            ErrorId::InvalidToken,
            "The submitted request is missing a user-id: requests with an empty user-id are only \
             supported if there is an authenticated user",
        ));
    }
    super::requests::required(text, "user_id", UserId::parse)
}

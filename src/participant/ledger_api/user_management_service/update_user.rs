//! `UpdateUser`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{
    Annotations, MaskError, UpdateError, UpdateMask, check_annotations, identity_provider,
    known_identity_provider, resource_version,
};
use super::super::door::Door;
use super::super::requests::{party, present, required};
use super::user::{PrimaryPartyChange, UserChange};
use crate::model::UserId;
use crate::participant::errors::{ErrorId, Refusal};

/// The fields that a mask can name.
const FIELDS: &[&str] = &[
    "id",
    "primary_party",
    "is_deactivated",
    "metadata.annotations",
    "metadata.resource_version",
    "identity_provider_id",
    "primary_party_authentication",
];

pub(super) async fn call(
    door: &Door,
    request: proto::UpdateUserRequest,
) -> Result<proto::UpdateUserResponse, Refusal> {
    let user = present(request.user, "user")?;
    let change = change(user, request.update_mask)?;
    known_identity_provider(&change.identity_provider)?;
    let updated = door.users.update(&change).await?;
    let updated = updated.map_err(|error| refusal(error, &change.id))?;
    Ok(proto::UpdateUserResponse {
        user: Some(updated.to_proto()),
    })
}

fn change(user: proto::User, mask: Option<prost_types::FieldMask>) -> Result<UserChange, Refusal> {
    let id = required(&user.id, "user.id", UserId::parse)?;
    let metadata = user.metadata.unwrap_or_default();
    let mask = present(mask, "update_mask")?;
    let primary_party = match user.primary_party.as_str() {
        "" => None,
        text => Some(party(text)?),
    };
    let provider = identity_provider(&user.identity_provider_id, "identity_provider_id")?;
    let version = resource_version(&metadata.resource_version, "user.metadata.resource_version")?;
    let field = "user.metadata.annotations";
    let annotations = check_annotations(metadata.annotations, true, field)?;
    let mask = UpdateMask::new(&mask, FIELDS).map_err(|error| bad_mask(&error, &id))?;
    let none = Annotations::new();
    Ok(UserChange {
        identity_provider: provider,
        version,
        primary_party: match mask.change("primary_party", primary_party, &None) {
            None => PrimaryPartyChange::Keep,
            Some(None) => PrimaryPartyChange::Remove,
            Some(Some(party)) => PrimaryPartyChange::Set(party),
        },
        is_deactivated: mask.change("is_deactivated", user.is_deactivated, &false),
        primary_party_authentication: mask.change(
            "primary_party_authentication",
            user.primary_party_authentication,
            &false,
        ),
        annotations: mask.change("metadata.annotations", annotations, &none),
        id,
    })
}

fn bad_mask(error: &MaskError, id: &UserId) -> Refusal {
    Refusal::new(
        ErrorId::InvalidUserUpdateRequest,
        format!("Update operation for user id '{id}' failed due to: {error}"),
    )
    .about("USER", id.as_str())
}

fn refusal(error: UpdateError, id: &UserId) -> Refusal {
    match error {
        UpdateError::NotFound => super::not_found("updating user", id),
        UpdateError::Concurrent => Refusal::new(
            ErrorId::ConcurrentUserUpdateDetected,
            format!(
                "Update operation for user '{id}' failed due to a concurrent update to the same user"
            ),
        )
        .about("USER", id.as_str()),
        UpdateError::TooLarge => Refusal::new(
            ErrorId::MaxUserAnnotationsSizeExceeded,
            format!("Maximum annotations size for user '{id}' has been exceeded"),
        )
        .about("USER", id.as_str()),
    }
}

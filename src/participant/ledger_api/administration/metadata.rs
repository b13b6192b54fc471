//! Metadata of users and parties, and their identity providers.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::Annotations;
use crate::participant::errors::Refusal;

/// What is known of every user and party.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Metadata {
    /// Counts changes; none where nothing was ever noted.
    pub(crate) version: Option<i64>,
    /// Notes.
    pub(crate) annotations: Annotations,
}

/// Why something was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateError {
    /// There is no such thing.
    NotFound,
    /// Somebody changed it meanwhile.
    Concurrent,
    /// The annotations would be too large.
    TooLarge,
}

impl Metadata {
    /// As a message.
    pub(crate) fn to_proto(&self) -> proto::ObjectMeta {
        let version = self.version.map(|version| version.to_string());
        proto::ObjectMeta {
            resource_version: version.unwrap_or_default(),
            annotations: self.annotations.clone().into_iter().collect(),
        }
    }

    /// What it is after a change that was based on a version, or on whichever.
    pub(crate) fn changed(
        self,
        based_on: Option<i64>,
        annotations: Option<&Annotations>,
    ) -> Result<Self, UpdateError> {
        if based_on.is_some() && based_on != self.version {
            return Err(UpdateError::Concurrent);
        }
        let merged = match annotations {
            None => self.annotations,
            Some(changes) => {
                super::merge_annotations(self.annotations, changes).ok_or(UpdateError::TooLarge)?
            }
        };
        Ok(Self {
            version: Some(self.version.map_or(0, |version| version + 1)),
            annotations: merged,
        })
    }
}

/// The version on which a change is based, if the client says so.
pub(crate) fn resource_version(text: &str, field: &str) -> Result<Option<i64>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text
        .parse()
        .map_err(|_| Refusal::invalid_field(field, "Invalid resource version number"))?;
    Ok(Some(number))
}

/// What is created has no version yet.
pub(crate) fn unset_version(text: &str, field: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid_argument(format!(
        "field {field} must be not set"
    )))
}

/// The id of an identity provider; empty for the participant's own.
pub(crate) fn identity_provider(text: &str, field: &str) -> Result<String, Refusal> {
    const LENGTH_MAX: usize = 255;
    let is_legal = |c: char| c.is_ascii_alphanumeric() || "._:-#/ ".contains(c);
    if text.chars().count() > LENGTH_MAX || !text.chars().all(is_legal) {
        return Err(Refusal::invalid_field(
            field,
            "it is not the id of an identity provider",
        ));
    }
    Ok(text.to_owned())
}

/// Refuses identity providers that there are none of: all but the participant's own.
pub(crate) fn known_identity_provider(id: &str) -> Result<(), Refusal> {
    if id.is_empty() {
        return Ok(());
    }
    Err(Refusal::invalid_argument(format!(
        "Provided identity_provider_id Id({id}) has not been found."
    )))
}

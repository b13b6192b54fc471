//! Fields with texts.

use std::collections::BTreeSet;
use std::fmt::Display;

use crate::model::{ContractId, DomainId, Party};
use crate::participant::errors::{ErrorId, Refusal};

/// A field that must be there.
pub(crate) fn present<T>(value: Option<T>, field: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::missing_field(field))
}

/// A text that must be there and be well formed.
pub(crate) fn required<T, E: Display>(
    text: &str,
    field: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Refusal> {
    if text.is_empty() {
        return Err(Refusal::missing_field(field));
    }
    parse(text).map_err(|error| Refusal::invalid_field(field, error))
}

/// A text that must be well formed if it is there.
pub(crate) fn optional<T, E: Display>(
    text: &str,
    field: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = parse(text).map_err(|error| Refusal::invalid_field(field, error))?;
    Ok(Some(parsed))
}

/// A party that is not in a field of its own.
pub(crate) fn party(text: &str) -> Result<Party, Refusal> {
    Party::parse(text).map_err(Refusal::invalid_argument)
}

/// A party in a field; an empty text is malformed.
pub(crate) fn party_field(text: &str, field: &str) -> Result<Party, Refusal> {
    Party::parse(text).map_err(|error| Refusal::invalid_field(field, error))
}

/// A set of parties.
pub(crate) fn parties(texts: &[String]) -> Result<BTreeSet<Party>, Refusal> {
    texts.iter().map(|text| party(text)).collect()
}

/// A contract id in a field.
pub(crate) fn contract_id(text: &str, field: &str) -> Result<ContractId, Refusal> {
    required(text, field, ContractId::parse)
}

/// A synchronizer id in a field, if it is there.
pub(crate) fn domain(text: &str, field: &str) -> Result<Option<DomainId>, Refusal> {
    optional(text, field, unique_identifier(DomainId::parse))
}

/// Reads `name::namespace`.
pub(crate) fn unique_identifier<T, E: Display>(
    parse: impl Fn(&str) -> Result<T, E>,
) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        if text.contains("::") {
            parse(text).map_err(|error| error.to_string())
        } else {
            Err(format!(
                "Invalid unique identifier `{text}` with missing namespace."
            ))
        }
    }
}

/// The refusal of a message that cannot be what it should be.
pub(crate) fn undecodable(reason: impl Display) -> Refusal {
    Refusal::new(
        ErrorId::ProtoDeserializationFailure,
        format!("Deserialization of protobuf message failed: {reason}"),
    )
}

/// The refusal of a request that names no user and has no token to take one from.
pub(crate) fn no_user() -> Refusal {
    Refusal::new(
        ErrorId::InvalidToken,
        "The submitted request is missing a user-id: Cannot default user_id field because claims \
         do not specify an user-id. Is authentication turned on?",
    )
}

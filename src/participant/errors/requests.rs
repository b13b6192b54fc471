//! Refusals of malformed requests, in Canton's words.

use super::{ErrorId, Refusal};

impl Refusal {
    /// A required field is absent.
    pub fn missing_field(field: &str) -> Self {
        Self::new(
            ErrorId::MissingField,
            format!("The submitted command is missing a mandatory field: {field}"),
        )
        .with("field_name", field)
    }

    /// A field has a value that it cannot have.
    pub fn invalid_field(field: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorId::InvalidField,
            format!(
                "The submitted command has a field with invalid value: Invalid field {field}: {reason}"
            ),
        )
    }

    /// The request as a whole makes no sense.
    pub fn invalid_argument(reason: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorId::InvalidArgument,
            format!("The submitted request has invalid arguments: {reason}"),
        )
    }

    /// The node does not do this.
    pub fn unimplemented(what: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorId::Unimplemented,
            format!("not implemented by this node yet: {what}"),
        )
    }

    /// A defect of ours; what exactly stands in the log only.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        Self::new(ErrorId::LedgerApiInternalError, what.to_string())
    }
}

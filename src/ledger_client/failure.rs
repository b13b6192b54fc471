//! Why a call failed, as far as a client can tell.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A refusal, or no answer at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The error id, like `CONTRACT_NOT_FOUND`; the name of the gRPC code where there is none.
    pub id: String,
    /// The error category, if the ledger told it.
    pub category: Option<u8>,
    /// The gRPC code.
    pub code: Code,
    /// What the ledger says.
    pub message: String,
    /// More about it, for programs.
    pub metadata: HashMap<String, String>,
    /// How long the ledger asks to wait before another try.
    pub retry_after: Option<Duration>,
}

/// The category of what is not there (any more).
const RESOURCE_MISSING: u8 = 11;

/// The categories after which the same can be tried again: transient, contention, state unknown,
/// beyond the end.
const RETRYABLE: [u8; 4] = [1, 2, 3, 12];

impl Failure {
    /// Whether trying again can help.
    pub fn is_retryable(&self) -> bool {
        match self.category {
            Some(category) => RETRYABLE.contains(&category),
            None => matches!(
                self.code,
                Code::Unavailable
                    | Code::Aborted
                    | Code::DeadlineExceeded
                    | Code::ResourceExhausted
                    | Code::Cancelled
            ),
        }
    }

    /// Whether something that was named is not there, or not there any more.
    pub fn is_missing(&self) -> bool {
        self.category == Some(RESOURCE_MISSING)
    }

    /// Whether the ledger refuses for want of a (better) token.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.code, Code::Unauthenticated | Code::PermissionDenied)
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let from_message = parse_message(status.message());
        let info = status.get_details_error_info();
        let from_details = info.as_ref().map(|info| {
            let category = info.metadata.get("category");
            (
                info.reason.clone(),
                category.and_then(|text| text.parse().ok()),
            )
        });
        let (id, category) = match (from_details, from_message) {
            (Some((id, category)), other) if !id.is_empty() => {
                (id, category.or(other.and_then(|(_, category)| category)))
            }
            (_, Some(found)) => found,
            (details, None) => (
                code_name(status.code()).to_owned(),
                details.and_then(|(_, category)| category),
            ),
        };
        Self {
            id,
            category,
            code: status.code(),
            retry_after: status
                .get_details_retry_info()
                .and_then(|info| info.retry_delay),
            message: describe(&status),
            metadata: info.map_or_else(HashMap::new, |info| info.metadata),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.starts_with(&self.id) || self.message.is_empty() {
            let text = if self.message.is_empty() {
                &self.id
            } else {
                &self.message
            };
            f.write_str(text)
        } else {
            write!(f, "{}: {}", self.id, self.message)
        }
    }
}

impl std::error::Error for Failure {}

/// Messages begin with `ID(category,correlation): `.
fn parse_message(message: &str) -> Option<(String, Option<u8>)> {
    let (id, rest) = message.split_once('(')?;
    let is_id = id.len() > 2
        && id
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let (category, _) = rest.split_once(',')?;
    let category: u8 = category.parse().ok()?;
    is_id.then(|| (id.to_owned(), Some(category)))
}

/// What the status says; where nothing came back, what the connection says.
fn describe(status: &Status) -> String {
    let mut text = status.message().to_owned();
    let mut source = std::error::Error::source(status);
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
        source = error.source();
    }
    text
}

/// The code as the gRPC specification writes it.
const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn the_error_id_and_category_come_from_the_details() {
        let metadata = HashMap::from([("category".to_owned(), "2".to_owned())]);
        let mut details = ErrorDetails::new();
        details.set_error_info("PARTICIPANT_BACKPRESSURE", "", metadata);
        details.set_retry_info(Some(Duration::from_secs(1)));
        let failure = Failure::from(Status::with_error_details(Code::Aborted, "busy", details));
        assert_eq!(failure.id, "PARTICIPANT_BACKPRESSURE");
        assert!(failure.is_retryable());
        assert_eq!(failure.retry_after, Some(Duration::from_secs(1)));
        assert_eq!(failure.to_string(), "PARTICIPANT_BACKPRESSURE: busy");
    }

    #[test]
    fn without_details_they_come_from_the_message() {
        let failure = Failure::from(Status::not_found("CONTRACT_NOT_FOUND(11,abc12345): gone"));
        assert_eq!(failure.id, "CONTRACT_NOT_FOUND");
        assert!(failure.is_missing() && !failure.is_retryable());
        assert_eq!(failure.to_string(), "CONTRACT_NOT_FOUND(11,abc12345): gone");
    }

    #[test]
    fn without_either_the_code_is_the_id_and_decides() {
        let failure = Failure::from(Status::unavailable("tcp connect error (os error 111)"));
        assert_eq!(
            (failure.id.as_str(), failure.category),
            ("UNAVAILABLE", None)
        );
        assert!(failure.is_retryable());
        let failure = Failure::from(Status::permission_denied("An error (see log) occurred"));
        assert_eq!(failure.id, "PERMISSION_DENIED");
        assert!(failure.is_unauthorized() && !failure.is_retryable());
    }
}

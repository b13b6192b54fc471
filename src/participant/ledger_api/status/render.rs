//! The message, the code and the size of a rendered refusal.

use canton_proto::google::rpc::Status;
use prost::Message as _;
use tonic::Code;

use super::details;
use crate::participant::errors::{Category, Refusal};

/// Characters of a message at most.
const MESSAGE_CHARS_MAX: usize = 512;

/// Bytes of a message at most when it is written into a header, where most characters beyond ASCII
/// take a multiple.
const MESSAGE_HEADER_BYTES_MAX: usize = 1536;

/// Bytes of an encoded status at most. In the header it takes a third more, and all headers together
/// have 8 KiB at common clients.
const STATUS_BYTES_MAX: usize = 4096;

/// By what a refusal can be found in logs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Correlation<'a> {
    /// The submission, or whatever else the client knows.
    pub(crate) id: Option<&'a str>,
    /// The distributed trace.
    pub(crate) trace_id: Option<&'a str>,
}

/// The gRPC code of a category.
const fn code(category: Category) -> Code {
    match category {
        Category::TransientServerFailure => Code::Unavailable,
        Category::ContentionOnSharedResources => Code::Aborted,
        Category::DeadlineExceededRequestStateUnknown => Code::DeadlineExceeded,
        Category::SystemInternalAssumptionViolated => Code::Internal,
        Category::SecurityAlert | Category::InvalidIndependentOfSystemState => {
            Code::InvalidArgument
        }
        Category::InvalidAuthenticationCredentials => Code::Unauthenticated,
        Category::InsufficientPermission => Code::PermissionDenied,
        Category::InvalidGivenCurrentSystemStateOther => Code::FailedPrecondition,
        Category::InvalidGivenCurrentSystemStateResourceExists => Code::AlreadyExists,
        Category::InvalidGivenCurrentSystemStateResourceMissing => Code::NotFound,
        Category::InvalidGivenCurrentSystemStateSeekAfterEnd => Code::OutOfRange,
        Category::InternalUnsupportedOperation => Code::Unimplemented,
    }
}

/// What is said to nobody but the operator.
pub(in crate::participant) const fn is_secret(category: Category) -> bool {
    matches!(
        category,
        Category::SystemInternalAssumptionViolated
            | Category::SecurityAlert
            | Category::InvalidAuthenticationCredentials
            | Category::InsufficientPermission
    )
}

/// A refusal as it stands in completions and in trailers.
pub(crate) fn render(refusal: &Refusal, correlation: Correlation<'_>) -> Status {
    let category = refusal.category();
    let message = if is_secret(category) {
        format!(
            "An error occurred. Please contact the operator and inquire about the request {} with \
             tid {}",
            correlation.id.unwrap_or("<no-correlation-id>"),
            correlation.trace_id.unwrap_or("<no-tid>")
        )
    } else {
        message(refusal, correlation)
    };
    let mut status = Status {
        code: code(category) as i32,
        message,
        details: details::details(refusal, correlation),
    };
    // the last details are those that there may be any number of
    while status.encoded_len() > STATUS_BYTES_MAX && status.details.pop().is_some() {}
    status
}

fn message(refusal: &Refusal, correlation: Correlation<'_>) -> String {
    let id = correlation.id.unwrap_or("0");
    let id: String = id.chars().take(8).collect();
    let text = cut(&refusal.message);
    let (error, category) = (refusal.id.as_str(), refusal.category().number());
    format!("{error}({category},{id}): {text}")
}

/// A text that fits.
fn cut(text: &str) -> String {
    let mut bytes = 0;
    let mut end = text.len();
    for (count, (position, character)) in text.char_indices().enumerate() {
        bytes += header_bytes(character);
        if count == MESSAGE_CHARS_MAX || bytes > MESSAGE_HEADER_BYTES_MAX {
            end = position;
            break;
        }
    }
    if end == text.len() {
        text.to_owned()
    } else {
        format!("{}...", &text[..end])
    }
}

/// What a character takes in a header, where others than printable ASCII are escaped by byte.
fn header_bytes(character: char) -> usize {
    match character {
        ' '..='~' if character != '%' => 1,
        _ => character.len_utf8() * 3,
    }
}

/// A status as the gRPC library sends it.
pub(crate) fn to_grpc(status: Status) -> tonic::Status {
    let details = status.encode_to_vec();
    tonic::Status::with_details(Code::from(status.code), status.message, details.into())
}

#[cfg(test)]
mod tests {
    use prost_types::Any;
    use tonic_types::pb;

    use super::*;
    use crate::participant::errors::ErrorId;

    fn detail<M: prost::Message + Default>(any: &Any) -> M {
        M::decode(&any.value[..]).unwrap()
    }

    #[test]
    fn a_refusal_says_what_canton_says() {
        let refusal = Refusal::new(ErrorId::ContractNotFound, "no such contract")
            .about("CONTRACT_ID", "00ab");
        let correlation = Correlation {
            id: Some("submission-1"),
            trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736"),
        };
        let status = render(&refusal, correlation);
        assert_eq!(status.code, Code::NotFound as i32);
        assert_eq!(
            status.message,
            "CONTRACT_NOT_FOUND(11,submissi): no such contract"
        );
        let info: pb::ErrorInfo = detail(&status.details[0]);
        assert_eq!(info.reason, "CONTRACT_NOT_FOUND");
        assert_eq!(info.metadata["category"], "11");
        assert_eq!(info.metadata["definite_answer"], "false");
        assert_eq!(info.metadata["tid"], "4bf92f3577b34da6a3ce929d0e0e4736");
        let request: pb::RequestInfo = detail(&status.details[1]);
        assert_eq!(request.request_id, "submission-1");
        let resource: pb::ResourceInfo = detail(&status.details[2]);
        assert_eq!(
            (resource.resource_type, resource.resource_name),
            ("CONTRACT_ID".to_owned(), "00ab".to_owned())
        );
    }

    #[test]
    fn whatever_is_said_fits_into_eight_kibibytes_of_headers() {
        for text in ["x", "ü", "\u{1f980}", "\n"] {
            let mut refusal = Refusal::new(ErrorId::ContractNotFound, text.repeat(100_000))
                .with("context", text.repeat(20_000));
            for number in 0..1000 {
                refusal = refusal.about("CONTRACT_ID", format!("{text}{number}").repeat(10));
            }
            let id = text.repeat(255);
            let correlation = Correlation {
                id: Some(&id),
                trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736"),
            };
            let status = to_grpc(render(&refusal, correlation));
            let headers = status.into_http::<()>().into_parts().0.headers;
            let size: usize = headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 32)
                .sum();
            assert!(size <= 8192, "{size} bytes for {text:?}");
        }
    }

    #[test]
    fn a_defect_is_not_explained_to_clients() {
        let refusal = Refusal::internal("the password is hunter2").about("TABLE", "secrets");
        let correlation = Correlation {
            id: Some("s1"),
            trace_id: Some("t1"),
        };
        let status = render(&refusal, correlation);
        assert_eq!(status.code, Code::Internal as i32);
        assert_eq!(
            status.message,
            "An error occurred. Please contact the operator and inquire about the request s1 with \
             tid t1"
        );
        assert_eq!(status.details.len(), 1);
        let request: pb::RequestInfo = detail(&status.details[0]);
        assert_eq!(request.request_id, "s1");
    }

    #[test]
    fn clients_are_told_when_to_try_again() {
        let refusal = Refusal::new(ErrorId::ParticipantBackpressure, "busy");
        let status = render(&refusal, Correlation::default());
        let retry: pb::RetryInfo = detail(&status.details[1]);
        assert_eq!(retry.retry_delay.map(|delay| delay.seconds), Some(1));
        assert!(
            status
                .message
                .starts_with("PARTICIPANT_BACKPRESSURE(2,0): ")
        );
    }
}

//! Errors of the sequencer as gRPC statuses, and back. Ids are Canton's where it has one.

use std::collections::HashMap;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::super::{ReadError, SendError};

const OVERLOADED: &str = "SEQUENCER_OVERLOADED";
const UNAVAILABLE: &str = "SEQUENCER_UNAVAILABLE";
const TOO_LATE: &str = "MAX_SEQUENCING_TIME_EXCEEDED";
const TOO_LARGE: &str = "MAX_REQUEST_SIZE_EXCEEDED";
const UNKNOWN_MEMBER: &str = "SEQUENCER_UNKNOWN_RECIPIENTS";
const REFUSED: &str = "SEQUENCER_SUBMISSION_REQUEST_REFUSED";
const MESSAGE_ID_REUSED: &str = "MESSAGE_ID_REUSED";

/// The status that tells why a request was not sequenced.
pub fn send_status(error: &SendError) -> Status {
    let none = HashMap::new();
    match error {
        SendError::Unavailable(reason) => status(Code::Unavailable, UNAVAILABLE, reason, none),
        SendError::Overloaded => status(Code::Aborted, OVERLOADED, "", none),
        SendError::TooLate => status(Code::Aborted, TOO_LATE, "", none),
        SendError::TooLarge { bytes, max } => {
            let sizes = HashMap::from([
                ("bytes".to_owned(), bytes.to_string()),
                ("max".to_owned(), max.to_string()),
            ]);
            status(Code::InvalidArgument, TOO_LARGE, &error.to_string(), sizes)
        }
        SendError::UnknownMember(member) => {
            status(Code::InvalidArgument, UNKNOWN_MEMBER, member, none)
        }
        SendError::Refused(reason) => status(Code::PermissionDenied, REFUSED, reason, none),
        SendError::MessageIdReused => status(Code::AlreadyExists, MESSAGE_ID_REUSED, "", none),
    }
}

/// Why a request was not sequenced. What nobody understands may have been sequenced.
pub fn send_error(status: &Status) -> SendError {
    let info = status.get_details_error_info();
    let (id, metadata) = info.map_or_else(Default::default, |info| (info.reason, info.metadata));
    let size = |name: &str| metadata.get(name).and_then(|it| it.parse().ok());
    match id.as_str() {
        OVERLOADED => SendError::Overloaded,
        TOO_LATE => SendError::TooLate,
        TOO_LARGE => SendError::TooLarge {
            bytes: size("bytes").unwrap_or_default(),
            max: size("max").unwrap_or_default(),
        },
        UNKNOWN_MEMBER => SendError::UnknownMember(status.message().to_owned()),
        REFUSED => SendError::Refused(status.message().to_owned()),
        MESSAGE_ID_REUSED => SendError::MessageIdReused,
        _ if is_final(status.code()) => SendError::Refused(status.message().to_owned()),
        _ => SendError::Unavailable(status.message().to_owned()),
    }
}

/// The status that tells why events cannot be read.
pub fn read_status(error: &ReadError) -> Status {
    let none = HashMap::new();
    match error {
        ReadError::Unavailable(reason) => status(Code::Unavailable, UNAVAILABLE, reason, none),
        ReadError::UnknownMember(member) => {
            status(Code::InvalidArgument, UNKNOWN_MEMBER, member, none)
        }
        ReadError::Refused(reason) => status(Code::PermissionDenied, REFUSED, reason, none),
    }
}

/// Why events cannot be read.
pub fn read_error(status: &Status) -> ReadError {
    match send_error(status) {
        SendError::UnknownMember(member) => ReadError::UnknownMember(member),
        SendError::Refused(reason) => ReadError::Refused(reason),
        SendError::Unavailable(reason) => ReadError::Unavailable(reason),
        other => ReadError::Unavailable(other.to_string()),
    }
}

/// Whether trying again is of no use.
fn is_final(code: Code) -> bool {
    matches!(
        code,
        Code::PermissionDenied
            | Code::InvalidArgument
            | Code::FailedPrecondition
            // larger than what the server reads at all
            | Code::OutOfRange
            | Code::Unimplemented
    )
}

fn status(code: Code, id: &str, text: &str, metadata: HashMap<String, String>) -> Status {
    let details = ErrorDetails::with_error_info(id, "jura.sequencer", metadata);
    Status::with_error_details(code, text, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_come_back_from_their_statuses() {
        let errors = [
            SendError::Unavailable("away".to_owned()),
            SendError::Overloaded,
            SendError::TooLate,
            SendError::TooLarge { bytes: 11, max: 10 },
            SendError::UnknownMember("PAR::x".to_owned()),
            SendError::Refused("signature".to_owned()),
            SendError::MessageIdReused,
        ];
        for error in errors {
            assert_eq!(send_error(&send_status(&error)), error);
        }
        let errors = [
            ReadError::Unavailable("away".to_owned()),
            ReadError::UnknownMember("PAR::x".to_owned()),
            ReadError::Refused("token".to_owned()),
        ];
        for error in errors {
            assert_eq!(read_error(&read_status(&error)), error);
        }
    }

    #[test]
    fn what_nobody_understands_is_worth_another_try() {
        let status = Status::internal("?");
        assert!(matches!(send_error(&status), SendError::Unavailable(_)));
    }
}

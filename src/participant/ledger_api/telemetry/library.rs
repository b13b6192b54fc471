//! Errors that the gRPC library answers by itself, in the words of the others.

use http::Response;
use http::header::HeaderMap;
use tonic::{Code, Status};

use super::super::status::{Correlation, render, to_grpc};
use crate::participant::errors::Refusal;

/// Puts an error that none of our services made into other words, if it is one.
pub(super) fn reword<B>(response: &mut Response<B>, path: &str, trace_id: &str) {
    let Some(status) = Status::from_header_map(response.headers()) else {
        return;
    };
    // ours have details
    if status.code() == Code::Ok || !status.details().is_empty() {
        return;
    }
    if let Some(status) = better(&status, path, trace_id) {
        let headers = response.headers_mut();
        remove(headers);
        // cannot fail: a rendered status is made of legal characters
        let _ = status.add_header(headers);
    }
}

fn better(status: &Status, path: &str, trace_id: &str) -> Option<Status> {
    let correlation = Correlation {
        id: None,
        trace_id: Some(trace_id),
    };
    let in_our_words = |refusal: &Refusal| to_grpc(render(refusal, correlation));
    match status.code() {
        Code::OutOfRange => Some(Status::new(Code::ResourceExhausted, status.message())),
        Code::Internal if is_about_decoding(status.message()) => {
            let refusal = Refusal::invalid_argument(about_decoding(status.message()));
            Some(in_our_words(&refusal))
        }
        Code::Unimplemented if status.message().is_empty() => {
            let refusal = Refusal::unimplemented(format!("there is no method {path}"));
            Some(in_our_words(&refusal))
        }
        _ => None,
    }
}

fn is_about_decoding(message: &str) -> bool {
    message.contains("decode") || message.contains("Protobuf")
}

/// What the library says about a request that it cannot decode. Of one that is nested too deep it
/// tells the whole way down, and the reason only then.
fn about_decoding(message: &str) -> String {
    if message.contains("recursion limit reached") {
        "the messages of the request are nested too deep: 100 levels are read at most".to_owned()
    } else {
        message.to_owned()
    }
}

fn remove(headers: &mut HeaderMap) {
    for name in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
        headers.remove(name);
    }
}

//! The meters of a method.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use metrics::{Counter, Histogram, Label, counter, histogram};
use tonic::Code;

/// The service's name as dashboards know it.
const SERVICE: &str = "ledger-api";

/// Methods of which meters are kept. There are fewer; clients can make up any number.
const METHODS_MAX: usize = 500;

/// The meters of all methods, made when a method is called first.
#[derive(Debug, Default)]
pub(super) struct Meters(RwLock<HashMap<String, Arc<Method>>>);

/// The meters of one method.
pub(super) struct Method {
    labels: Vec<Label>,
    pub(super) started: Counter,
    pub(super) duration: Histogram,
    pub(super) received_bytes: Histogram,
    pub(super) received: Counter,
    pub(super) sent_bytes: Histogram,
    pub(super) sent: Counter,
    handled: RwLock<HashMap<i32, Counter>>,
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Method")
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

impl Meters {
    /// The meters of the method at a path: `/package.Service/Method`.
    pub(super) fn of(&self, path: &str) -> Arc<Method> {
        {
            let methods = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(method) = methods.get(path) {
                return Arc::clone(method);
            }
            if methods.len() >= METHODS_MAX {
                return Arc::new(Method::new("unknown", "unknown"));
            }
        }
        let mut parts = path.trim_start_matches('/').splitn(2, '/');
        let service = parts.next().unwrap_or_default();
        let name = parts.next().unwrap_or_default();
        let method = Arc::new(Method::new(service, name));
        let mut methods = self.0.write().unwrap_or_else(PoisonError::into_inner);
        methods.insert(path.to_owned(), Arc::clone(&method));
        method
    }
}

impl Method {
    fn new(service: &str, name: &str) -> Self {
        let streams = matches!(
            name,
            "GetUpdates"
                | "CompletionStream"
                | "GetCompletions"
                | "GetActiveContracts"
                | "Watch"
                | "ServerReflectionInfo"
        );
        let labels = vec![
            Label::new("grpc_service_name", service.to_owned()),
            Label::new("grpc_method_name", name.to_owned()),
            Label::new("grpc_client_type", "single"),
            Label::new(
                "grpc_server_type",
                if streams { "streaming" } else { "single" },
            ),
            Label::new("service", SERVICE),
        ];
        let of = || labels.clone();
        Self {
            started: counter!("daml_grpc_server_started_total", of()),
            duration: histogram!("daml_grpc_server_duration_seconds", of()),
            received_bytes: histogram!("daml_grpc_server_messages_received_bytes", of()),
            received: counter!("daml_grpc_server_messages_received_total", of()),
            sent_bytes: histogram!("daml_grpc_server_messages_sent_bytes", of()),
            sent: counter!("daml_grpc_server_messages_sent_total", of()),
            handled: RwLock::default(),
            labels,
        }
    }

    /// A call ended with a code.
    pub(super) fn handled(&self, code: Code) {
        let number = code as i32;
        {
            let handled = self.handled.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(counter) = handled.get(&number) {
                counter.increment(1);
                return;
            }
        }
        let mut labels = self.labels.clone();
        labels.push(Label::new("grpc_code", word(code)));
        let counter = counter!("daml_grpc_server_handled_total", labels);
        counter.increment(1);
        let mut handled = self.handled.write().unwrap_or_else(PoisonError::into_inner);
        handled.insert(number, counter);
    }
}

const fn word(code: Code) -> &'static str {
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

//! What is known about a request besides its message.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tonic::{Request, Response, Status};

use super::status::{Correlation, render, to_grpc};
use super::telemetry::RequestTrace;
use crate::participant::errors::{Category, Refusal};
use crate::participant::submission::TraceContext;

/// A request on its way. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    trace: RequestTrace,
    /// How long the client waits.
    patience: Option<Duration>,
    /// The id under which the client knows what it asked for.
    correlation: OnceLock<String>,
}

/// Splits a request into what it says and what is known about it.
pub(super) fn open<M>(request: Request<M>) -> (Context, M) {
    let extensions = request.extensions();
    let trace = extensions.get::<RequestTrace>().cloned();
    let patience = super::telemetry::timeout(request.metadata());
    let context = Context(Arc::new(Inner {
        trace: trace.unwrap_or_default(),
        patience,
        correlation: OnceLock::new(),
    }));
    (context, request.into_inner())
}

impl Context {
    /// The distributed trace that the request belongs to.
    pub(super) fn trace(&self) -> TraceContext {
        self.0.trace.context.clone()
    }

    /// How long the client waits for the answer, if it said so.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.0.patience
    }

    /// From now on errors name the submission.
    pub(super) fn correlate(&self, submission_id: &str) {
        // a request has one submission
        let _ = self.0.correlation.set(submission_id.to_owned());
    }

    /// The answer as the gRPC library sends it.
    pub(super) fn answer<T>(&self, result: Result<T, Refusal>) -> Result<Response<T>, Status> {
        match result {
            Ok(message) => Ok(Response::new(message)),
            Err(refusal) => Err(self.status(&refusal)),
        }
    }

    /// A refusal as the gRPC library sends it.
    pub(super) fn status(&self, refusal: &Refusal) -> Status {
        let correlation = Correlation {
            id: self.0.correlation.get().map(String::as_str),
            trace_id: Some(&self.0.trace.id),
        };
        let tid = &self.0.trace.id;
        match refusal.category() {
            Category::SystemInternalAssumptionViolated => {
                tracing::error!(%tid, %refusal, "request failed");
            }
            // the client is not told what it is
            Category::SecurityAlert => tracing::warn!(%tid, %refusal, "request refused"),
            _ => tracing::debug!(%tid, %refusal, "request refused"),
        }
        to_grpc(render(refusal, correlation))
    }
}

//! What is told about requests: traces, log lines, metrics.
//!
//! A layer around all services. It gives every request a trace (the client's, or a new one), counts
//! it under the names that Canton's dashboards read, logs it once, and puts errors that the gRPC
//! library makes by itself into the words of the others.

mod trace;

mod meters;

mod framing;

mod body;
mod layer;

mod library;

pub(super) use layer::TelemetryLayer;
pub(super) use trace::{RequestTrace, timeout};

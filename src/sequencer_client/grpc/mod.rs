//! A domain in another process, over gRPC: its sequencer and its service.
//!
//! `session` proves who the member is and keeps a token that holds; `client` is the port; `status`
//! turns errors into statuses and back, so that callers see the same errors as within a process.

mod status;

mod session;

mod client;

mod service;

pub use client::{Credentials, GrpcSequencer};
pub use service::{GrpcService, admission_status};
pub use status::{read_error, read_status, send_error, send_status};

//! A sequencer in another process, over gRPC.
//!
//! `session` proves who the member is and keeps a token that holds; `client` is the port; `status`
//! turns errors into statuses and back, so that callers see the same errors as within a process.

mod status;

mod session;

mod client;

pub use client::{Credentials, GrpcSequencer};
pub use status::{read_error, read_status, send_error, send_status};

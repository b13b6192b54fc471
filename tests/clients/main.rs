//! Real clients at a real process: what the Rust SDK for Canton (`canton-ledger`, `canton-admin`)
//! expects of a participant holds here.
//!
//! All tests share one sandbox with two participants; each works with parties of its own. Where the
//! SDK has no call for something, the test uses the generated stubs.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests are tests: a panic names the line, and what is printed is read"
)]
#![allow(
    clippy::large_futures,
    reason = "the SDK's futures are large, and a test awaits each once"
)]

mod dars;
mod process;

mod client;
mod iou;
mod refused;
mod stage;

mod flow;

mod commands;
mod completions;
mod errors;
mod exceptions;
mod keys;
mod reads;
mod streams;

mod endless;
mod failures;
mod protocol_version;
mod routing;
mod scripts;

mod administration;
mod packages;
mod reflection;
mod views;

mod bad_dars;
mod bad_requests;
mod bad_starts;

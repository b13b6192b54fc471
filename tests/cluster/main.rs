//! Real processes, a real PostgreSQL, `kill -9`, panics: what was acknowledged stays, and happens
//! once.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "helpers of tests are tests: a panic names the line, and what is printed is read"
)]

#[path = "../clients/dars.rs"]
mod dars;
mod ledger;
mod node;
mod process;
mod server;

mod workload;

mod commands;
mod commitments;
mod domains;
mod dump;
mod founding;
mod hosting;
mod kill;
mod panics;
mod pruning;
mod reads;
mod rotation;
mod static_time;

//! Real processes, a real PostgreSQL, `kill -9`, panics: what was acknowledged stays, and happens
//! once.

#![allow(unreachable_pub, reason = "a test binary has no outside")]

mod ledger;
mod process;
mod server;

mod workload;

mod kill;
mod panics;

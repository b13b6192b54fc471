//! The simulation: a network of participants and a domain in one thread, in virtual time, from a seed.
//!
//! The members run the production's decisions: the parts of `sync`, of the mediator, of the topology
//! manager and of the sequencer that their shells call, with real keys and a real engine. What the
//! shells do around them (write, send, read) is done here, on tables in memory and a network that
//! loses, repeats, delays and reorders; members crash wherever something is written, and come up from
//! what they have written; their stores refuse for a while, or write and do not answer; operators change
//! keys, hosts, packages and parameters meanwhile. After each step the invariants are checked, and when all is calm again,
//! that everything came to its end.
//!
//! `JURA_SIMULATION_SEEDS` says how many seeds; `JURA_SIMULATION_SEED` runs one and shows what happened.

#![allow(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::struct_field_names,
    clippy::format_push_string,
    reason = "a test"
)]

pub(crate) mod moment;
pub(crate) mod place;
pub(crate) mod random;

mod settings;

mod applications;
mod ledger;

mod domain;
mod network;
mod world;

mod commands;
mod founding;
mod operators;

mod checks;
mod commitments;

mod run;

mod tests;

//! Jura: a Canton-compatible distributed-ledger node.
//!
//! The modules in reading order, which is also the order in which they may use each other: the words
//! (`model`), the engine (`lf`), keys (`crypto`), identities (`topology`), messages (`wire`,
//! `protocol`), what roles live on (`runtime`, `storage`), the way to a sequencer
//! (`sequencer_client`), the two components (`participant`, `domain`), what makes a process of them
//! (`telemetry`, `config`, `node`), what knows a node only from outside (`ledger_client`, `bench`), and
//! the command line (`cli`).

pub mod model;

pub mod crypto;
pub mod lf;

pub mod wire;

pub mod protocol;
pub mod topology;

pub mod runtime;
pub mod storage;

pub mod sequencer_client;

mod grpc;

pub mod domain;
pub mod participant;

pub mod telemetry;

pub mod config;

pub mod node;

pub mod ledger_client;

pub mod script;

pub mod bench;

pub mod cli;

#[cfg(test)]
mod golden;

#[cfg(test)]
#[path = "../tests/simulation/mod.rs"]
mod simulation;

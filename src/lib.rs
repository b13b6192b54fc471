//! Jura: a Canton-compatible distributed-ledger node.
//!
//! The modules in reading order: the words (`model`), the engine (`lf`), what roles live on
//! (`runtime`).

pub mod lf;
pub mod model;
pub mod participant;
pub mod runtime;
pub mod storage;
pub mod wire;

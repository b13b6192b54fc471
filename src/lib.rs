//! Jura: a Canton-compatible distributed-ledger node.
//!
//! The modules in reading order: the words (`model`), the engine (`lf`).

pub mod lf;
pub mod model;

//! Transactions: what a command does to the ledger, as a forest of actions.
//!
//! The machine builds one with `builder`; the protocol encodes it, cuts it into views and projects
//! it to parties (`blinding`). Contract ids are complete as soon as a contract is created: they
//! authenticate their contract (`contract_id`, `instance`).
//!
//! Invariants: nodes are numbered in the order of execution, each before its children; values are
//! in normal form; rollback nodes are normalised; equal transactions have equal bytes.

mod node;

mod authorization;
mod builder;
mod by_key;
mod keys;
mod normalize;

mod contract_id;
mod instance;
mod seed;

mod blinding;
mod encoding;

pub use blinding::{BlindingInfo, blinding_info};
pub use instance::{AuthenticationError, ContractInstance};
pub use keys::{GlobalKey, KeyInput, KeyQuestion};
pub use node::{Create, Exercise, Fetch, Key, Node, NodeId, QueryByKey, Rollback, Transaction};
pub use seed::{child_seed, transaction_seed};

pub(crate) use builder::{Builder, ContractInfo, ExerciseStart, Finished, Seeding};
pub(crate) use keys::KeyMatches;

//! What another participant says has happened: root nodes to be interpreted again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lf::transaction::{Key, Node};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, Name, PackageId, PackageName, Party, Timestamp};

/// Root nodes of a transaction, or of a part of one that somebody may see.
#[derive(Debug, Clone)]
pub struct Replay {
    /// The roots, in their order.
    pub roots: Vec<ReplayRoot>,
    /// Whose authority they have: the submitters', or, for a part, that of the node above, of which
    /// the root nodes' own required authorizers are enough.
    pub authorizers: BTreeSet<Party>,
    /// The versions of packages by which contracts were looked at through interfaces.
    pub package_preference: Arc<BTreeMap<PackageName, PackageId>>,
    /// As it was.
    pub ledger_time: Timestamp,
    /// As it was.
    pub preparation_time: Timestamp,
    /// Set from outside to end the interpretation.
    pub cancelled: Arc<AtomicBool>,
}

/// A root node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRoot {
    /// What it does.
    pub command: ReplayCommand,
    /// Its seed; a fetch has none.
    pub seed: Option<Hash>,
}

/// What a root node does, as far as it is input and not result.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as in the nodes")]
pub enum ReplayCommand {
    Create {
        template: Identifier,
        argument: Value,
    },
    Exercise {
        template: Identifier,
        interface: Option<Identifier>,
        contract_id: ContractId,
        choice: Name,
        argument: Value,
        /// The key by which the contract is found.
        by_key: Option<Value>,
        /// Whether it is inside of a rollback and ended by an exception.
        fails: bool,
    },
    Fetch {
        template: Identifier,
        interface: Option<Identifier>,
        contract_id: ContractId,
        /// The key by which the contract is found.
        by_key: Option<Value>,
    },
    QueryByKey {
        template: Identifier,
        key: Value,
        /// How many contracts are asked for.
        limit: usize,
    },
}

impl ReplayCommand {
    /// The command of a node; a rollback has none.
    pub fn of(node: &Node) -> Option<Self> {
        match node {
            Node::Create(create) => Some(Self::Create {
                template: create.template.clone(),
                argument: create.argument.clone(),
            }),
            Node::Exercise(exercise) => Some(Self::Exercise {
                template: exercise.template.clone(),
                interface: exercise.interface.clone(),
                contract_id: exercise.contract_id.clone(),
                choice: exercise.choice.clone(),
                argument: exercise.argument.clone(),
                by_key: by_key(exercise.by_key, exercise.key.as_ref()),
                fails: exercise.result.is_none(),
            }),
            Node::Fetch(fetch) => Some(Self::Fetch {
                template: fetch.template.clone(),
                interface: fetch.interface.clone(),
                contract_id: fetch.contract_id.clone(),
                by_key: by_key(fetch.by_key, fetch.key.as_ref()),
            }),
            Node::QueryByKey(query) => Some(Self::QueryByKey {
                template: query.template.clone(),
                key: query.key.value.clone(),
                limit: query.result.len() + usize::from(query.exhaustive),
            }),
            Node::Rollback(_) => None,
        }
    }
}

fn by_key(by_key: bool, key: Option<&Key>) -> Option<Value> {
    key.filter(|_| by_key).map(|key| key.value.clone())
}

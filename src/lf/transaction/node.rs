//! The actions of a transaction.

use std::collections::BTreeSet;
use std::fmt;

use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, Name, PackageName, Party};

/// The number of a node: its place in the order of execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeId({})", self.0)
    }
}

impl NodeId {
    /// As an index into the nodes of a transaction.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transaction {
    /// All nodes in the order of execution: each before its children.
    pub nodes: Vec<Node>,
    /// What the commands did directly.
    pub roots: Vec<NodeId>,
}

/// A node of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the action of its name")]
pub enum Node {
    Create(Create),
    Exercise(Exercise),
    Fetch(Fetch),
    QueryByKey(QueryByKey),
    Rollback(Rollback),
}

/// A contract is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Create {
    /// Its id.
    pub contract_id: ContractId,
    /// Its template.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// What it says.
    pub argument: Value,
    /// Who signs it.
    pub signatories: BTreeSet<Party>,
    /// Who signs or observes it.
    pub stakeholders: BTreeSet<Party>,
    /// Its key.
    pub key: Option<Key>,
}

/// A choice is exercised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    /// The contract.
    pub contract_id: ContractId,
    /// Its template.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// The interface whose choice it is, if it is not the template's own.
    pub interface: Option<Identifier>,
    /// The choice.
    pub choice: Name,
    /// Whether it archives the contract.
    pub consuming: bool,
    /// Who exercises it.
    pub acting: BTreeSet<Party>,
    /// Its argument.
    pub argument: Value,
    /// Who signed the contract.
    pub signatories: BTreeSet<Party>,
    /// Who signed or observes the contract.
    pub stakeholders: BTreeSet<Party>,
    /// Who observes the choice.
    pub choice_observers: BTreeSet<Party>,
    /// What it did.
    pub children: Vec<NodeId>,
    /// Its result; none if it failed inside of a rollback.
    pub result: Option<Value>,
    /// The contract's key.
    pub key: Option<Key>,
    /// Whether the contract was found by its key.
    pub by_key: bool,
}

/// A contract is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The contract.
    pub contract_id: ContractId,
    /// Its template.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// The interface through which it is looked at.
    pub interface: Option<Identifier>,
    /// Who looks at it.
    pub acting: BTreeSet<Party>,
    /// Who signed the contract.
    pub signatories: BTreeSet<Party>,
    /// Who signed or observes the contract.
    pub stakeholders: BTreeSet<Party>,
    /// The contract's key.
    pub key: Option<Key>,
    /// Whether the contract was found by its key.
    pub by_key: bool,
}

/// The contracts with a key are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryByKey {
    /// The template.
    pub template: Identifier,
    /// The name of the template's package.
    pub package_name: PackageName,
    /// The key.
    pub key: Key,
    /// What was found, as many as were asked for at most: those of this transaction, the latest
    /// first, then those of the ledger.
    pub result: Vec<ContractId>,
    /// Whether there are no others: fewer were found than were asked for.
    pub exhaustive: bool,
}

/// What happened below was undone by an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// What was undone.
    pub children: Vec<NodeId>,
}

/// The key of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its value.
    pub value: Value,
    /// What stands for it, its template and the name of its package wherever keys are compared.
    pub hash: Hash,
    /// Who guarantees for it.
    pub maintainers: BTreeSet<Party>,
}

impl Node {
    /// What it did in turn.
    pub fn children(&self) -> &[NodeId] {
        match self {
            Self::Exercise(exercise) => &exercise.children,
            Self::Rollback(rollback) => &rollback.children,
            Self::Create(_) | Self::Fetch(_) | Self::QueryByKey(_) => &[],
        }
    }

    pub(super) fn children_mut(&mut self) -> Option<&mut Vec<NodeId>> {
        match self {
            Self::Exercise(exercise) => Some(&mut exercise.children),
            Self::Rollback(rollback) => Some(&mut rollback.children),
            Self::Create(_) | Self::Fetch(_) | Self::QueryByKey(_) => None,
        }
    }

    /// The contract that it is about; queries and rollbacks are about none.
    pub fn contract_id(&self) -> Option<&ContractId> {
        match self {
            Self::Create(node) => Some(&node.contract_id),
            Self::Exercise(node) => Some(&node.contract_id),
            Self::Fetch(node) => Some(&node.contract_id),
            Self::QueryByKey(_) | Self::Rollback(_) => None,
        }
    }

    /// The template of the contracts that it is about.
    pub fn template(&self) -> Option<&Identifier> {
        match self {
            Self::Create(node) => Some(&node.template),
            Self::Exercise(node) => Some(&node.template),
            Self::Fetch(node) => Some(&node.template),
            Self::QueryByKey(node) => Some(&node.template),
            Self::Rollback(_) => None,
        }
    }

    /// The interface through which it acts.
    pub fn interface(&self) -> Option<&Identifier> {
        match self {
            Self::Exercise(node) => node.interface.as_ref(),
            Self::Fetch(node) => node.interface.as_ref(),
            Self::Create(_) | Self::QueryByKey(_) | Self::Rollback(_) => None,
        }
    }

    /// The key of the contracts that it is about.
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Create(node) => node.key.as_ref(),
            Self::Exercise(node) => node.key.as_ref(),
            Self::Fetch(node) => node.key.as_ref(),
            Self::QueryByKey(node) => Some(&node.key),
            Self::Rollback(_) => None,
        }
    }

    /// Whether the contracts that it is about were found by their key.
    pub fn is_by_key(&self) -> bool {
        match self {
            Self::Exercise(node) => node.by_key,
            Self::Fetch(node) => node.by_key,
            Self::QueryByKey(_) => true,
            Self::Create(_) | Self::Rollback(_) => false,
        }
    }

    /// Whose authority it needs.
    pub fn required_authorizers(&self) -> BTreeSet<Party> {
        match self {
            Self::Create(node) => node.signatories.clone(),
            Self::Exercise(node) => node.acting.clone(),
            Self::Fetch(node) => node.acting.clone(),
            Self::QueryByKey(node) => node.key.maintainers.clone(),
            Self::Rollback(_) => BTreeSet::new(),
        }
    }

    /// Who is concerned by it, by the ledger model; a rollback concerns nobody by itself.
    pub fn informees(&self) -> BTreeSet<Party> {
        match self {
            Self::Create(node) => node.stakeholders.clone(),
            Self::Exercise(node) => {
                let contract = if node.consuming {
                    &node.stakeholders
                } else {
                    &node.signatories
                };
                let choice = node.acting.iter().chain(&node.choice_observers);
                contract.iter().chain(choice).cloned().collect()
            }
            Self::Fetch(node) => node.signatories.union(&node.acting).cloned().collect(),
            Self::QueryByKey(node) => node.key.maintainers.clone(),
            Self::Rollback(_) => BTreeSet::new(),
        }
    }
}

impl Transaction {
    /// Whether it knows a contract by its key, or makes one that can be.
    pub fn uses_keys(&self) -> bool {
        self.nodes.iter().any(|node| match node {
            Node::Create(create) => create.key.is_some(),
            Node::Exercise(exercise) => exercise.key.is_some(),
            Node::Fetch(fetch) => fetch.key.is_some(),
            Node::QueryByKey(_) => true,
            Node::Rollback(_) => false,
        })
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// Adds the nodes of another transaction after those that are there, numbered anew.
    pub fn append(&mut self, other: &Self) {
        let first = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let shift = |id: &NodeId| NodeId(id.0.saturating_add(first));
        self.roots.extend(other.roots.iter().map(shift));
        let nodes = other.nodes.iter().cloned();
        self.nodes.extend(nodes.map(|mut node| {
            if let Some(children) = node.children_mut() {
                *children = children.iter().map(shift).collect();
            }
            node
        }));
    }

    /// A node and everything below it as a transaction of its own, numbered from 0.
    pub fn subtransaction(&self, root: NodeId) -> Option<Self> {
        let end = self.end_of(root)?;
        let shift = |id: &NodeId| NodeId(id.0 - root.0);
        let mut nodes = self.nodes.get(root.index()..end)?.to_vec();
        for node in &mut nodes {
            if let Some(children) = node.children_mut() {
                *children = children.iter().map(shift).collect();
            }
        }
        Some(Self {
            nodes,
            roots: vec![NodeId(0)],
        })
    }

    /// The number after the last node below a node. All below a node are numbered after it without
    /// gaps.
    fn end_of(&self, root: NodeId) -> Option<usize> {
        let mut last = root;
        while let Some(child) = self.node(last)?.children().last() {
            last = *child;
        }
        Some(last.index() + 1)
    }
}

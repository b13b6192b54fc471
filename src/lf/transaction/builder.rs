//! A transaction that is being built, action by action.
//!
//! Contexts are stacked: the root, then exercises and `try` blocks as they are entered. Each knows
//! whose authority holds in it, what has happened in it, and where the seeds of its nodes come from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::instance::ContractInstance;
use super::keys::Keys;
use super::node::{Create, Exercise, Fetch, Key, Node, NodeId, Rollback, Transaction};
use super::{authorization, contract_id, normalize, seed};
use crate::lf::error::{AuthorizationFailure, Effect, Error, Level, Limit};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash, Identifier, Name, PackageName, Party, Timestamp};

/// Where the seeds of root nodes come from.
#[derive(Debug, Clone)]
pub(crate) enum Seeding {
    /// All from one seed.
    Transaction(Hash),
    /// One for each root; none for roots that need none.
    Roots(Vec<Option<Hash>>),
}

/// What a template says about a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContractInfo {
    pub(crate) template: Identifier,
    pub(crate) package_name: PackageName,
    pub(crate) argument: Value,
    pub(crate) signatories: BTreeSet<Party>,
    pub(crate) stakeholders: BTreeSet<Party>,
    pub(crate) key: Option<Key>,
}

/// An exercise before it is carried out.
#[derive(Debug)]
pub(crate) struct ExerciseStart {
    pub(crate) contract_id: ContractId,
    pub(crate) contract: Arc<ContractInfo>,
    pub(crate) interface: Option<Identifier>,
    pub(crate) choice: Name,
    pub(crate) consuming: bool,
    pub(crate) acting: BTreeSet<Party>,
    pub(crate) choice_observers: BTreeSet<Party>,
    pub(crate) argument: Value,
    pub(crate) by_key: bool,
}

/// A finished transaction.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) transaction: Transaction,
    /// The seeds of creates and exercises.
    pub(crate) seeds: BTreeMap<NodeId, Hash>,
}

#[derive(Debug)]
enum Kind {
    Root(Seeding),
    /// The node is complete but for children and result.
    Exercise(Box<Exercise>),
    /// How many creates and archivals there were before.
    Try {
        created: usize,
        consumed: usize,
    },
}

#[derive(Debug)]
struct Context {
    kind: Kind,
    node: NodeId,
    authorizers: Arc<BTreeSet<Party>>,
    /// The seed that the seeds of children come from; that of roots is in the kind.
    seed: Option<Hash>,
    children: Vec<NodeId>,
    /// Number of the next action; rollbacks do not count.
    next_action: u32,
}

/// Builds a transaction.
#[derive(Debug)]
pub(crate) struct Builder {
    contexts: Vec<Context>,
    nodes: BTreeMap<NodeId, Node>,
    seeds: BTreeMap<NodeId, Hash>,
    next_node: u32,
    ledger_time: Timestamp,
    preparation_time: Timestamp,
    /// Whether an exception may undo creates and archivals.
    rollback_effects: bool,
    /// Contracts created so far, in order; what was undone is taken off.
    created: Vec<(ContractId, NodeId)>,
    created_ids: BTreeSet<ContractId>,
    /// Contracts archived so far, in order, and by what.
    consumed: Vec<(ContractId, NodeId)>,
    consumed_by: BTreeMap<ContractId, NodeId>,
    pub(super) keys: Keys,
    /// Bytes of the encoding so far, with the contracts that are used; nothing is given back for what is
    /// undone.
    bytes: u64,
    bytes_max: u64,
}

/// Bytes of the encoding of a transaction without nodes, at most.
const HEADER_BYTES: u64 = 16;
/// Bytes of a node's number and of the number of its children, at most.
const NUMBERS_BYTES: usize = 10;

impl Builder {
    /// Nothing has happened yet.
    pub(crate) fn new(
        seeding: Seeding,
        authorizers: BTreeSet<Party>,
        ledger_time: Timestamp,
        preparation_time: Timestamp,
        rollback_effects: bool,
    ) -> Self {
        let root = Context {
            kind: Kind::Root(seeding),
            node: NodeId(0),
            authorizers: Arc::new(authorizers),
            seed: None,
            children: Vec::new(),
            next_action: 0,
        };
        Self {
            contexts: vec![root],
            nodes: BTreeMap::new(),
            seeds: BTreeMap::new(),
            next_node: 0,
            ledger_time,
            preparation_time,
            rollback_effects,
            created: Vec::new(),
            created_ids: BTreeSet::new(),
            consumed: Vec::new(),
            consumed_by: BTreeMap::new(),
            keys: Keys::default(),
            bytes: HEADER_BYTES,
            bytes_max: u64::MAX,
        }
    }

    /// Sets how many bytes the transaction may take with the contracts that it uses.
    pub(crate) fn bound(&mut self, bytes_max: u64) {
        self.bytes_max = bytes_max;
    }

    /// How many more bytes it may take.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.bytes_max.saturating_sub(self.bytes)
    }

    /// Takes room for something that is about to be kept.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Error> {
        if bytes as u64 > self.bytes_left() {
            return Err(Error::Limit(Limit::Transaction(self.bytes_max)));
        }
        self.bytes += bytes as u64;
        Ok(())
    }

    fn context(&mut self) -> Result<&mut Context, Error> {
        let none = || Error::IllTyped("an action outside of a transaction".to_owned());
        self.contexts.last_mut().ok_or_else(none)
    }

    pub(super) fn next_node(&mut self) -> NodeId {
        let id = NodeId(self.next_node);
        self.next_node += 1;
        id
    }

    /// The seed of the next action here.
    fn next_seed(&self) -> Result<Hash, Error> {
        let none = || Error::RootNode("a root node without a seed".to_owned());
        // a try block has the seeds of what it is in
        let outer = self.contexts.iter().rev();
        let mut outer = outer.skip_while(|context| matches!(context.kind, Kind::Try { .. }));
        let index = self.contexts.last().map_or(0, |c| c.next_action);
        match outer.next() {
            Some(Context {
                kind: Kind::Root(Seeding::Roots(seeds)),
                ..
            }) => {
                let seed = seeds.get(index as usize).copied().flatten();
                seed.ok_or_else(none)
            }
            Some(
                Context {
                    kind: Kind::Root(Seeding::Transaction(seed)),
                    ..
                }
                | Context {
                    seed: Some(seed), ..
                },
            ) => Ok(seed::child_seed(seed, index)),
            _ => Err(none()),
        }
    }

    fn add_action(&mut self, id: NodeId) -> Result<(), Error> {
        let context = self.context()?;
        context.children.push(id);
        context.next_action += 1;
        Ok(())
    }

    /// Adds an action without children.
    pub(super) fn add_leaf(&mut self, id: NodeId, node: Node) -> Result<(), Error> {
        self.take(node.encoded_bytes() + NUMBERS_BYTES)?;
        self.add_action(id)?;
        self.nodes.insert(id, node);
        Ok(())
    }

    /// Whose authority holds here.
    pub(crate) fn authorizers(&mut self) -> Result<Arc<BTreeSet<Party>>, Error> {
        Ok(self.context()?.authorizers.clone())
    }

    /// What archived a contract.
    pub(crate) fn consumed_by(&self, id: &ContractId) -> Option<NodeId> {
        self.consumed_by.get(id).copied()
    }

    /// Whether a contract that was created in this transaction still is; an exception may have
    /// undone it.
    pub(crate) fn is_created(&self, id: &ContractId) -> bool {
        self.created_ids.contains(id)
    }

    /// Creates a contract.
    pub(crate) fn create(&mut self, info: &ContractInfo) -> Result<ContractId, Error> {
        let seed = self.next_seed()?;
        let discriminator =
            contract_id::discriminator(&seed, self.preparation_time, &info.stakeholders);
        let instance = ContractInstance {
            template: info.template.clone(),
            package_name: info.package_name.clone(),
            argument: info.argument.clone(),
            signatories: info.signatories.clone(),
            stakeholders: info.stakeholders.clone(),
            key: info.key.clone(),
            created_at: self.ledger_time,
            salt: contract_id::salt(&seed),
        };
        let contract_id = contract_id::complete(&discriminator, &instance);
        let node = Create {
            contract_id: contract_id.clone(),
            template: instance.template,
            package_name: instance.package_name,
            argument: instance.argument,
            signatories: instance.signatories,
            stakeholders: instance.stakeholders,
            key: instance.key,
        };
        let id = self.next_node();
        authorization::create(&node, &*self.authorizers()?).map_err(|f| failed(id, f))?;
        if let Some(key) = &node.key {
            self.keys.created(&key.hash, contract_id.clone());
        }
        self.created.push((contract_id.clone(), id));
        self.created_ids.insert(contract_id.clone());
        self.add_leaf(id, Node::Create(node))?;
        self.seeds.insert(id, seed);
        Ok(contract_id)
    }

    /// Looks at a contract.
    pub(crate) fn fetch(
        &mut self,
        contract_id: ContractId,
        contract: &ContractInfo,
        interface: Option<Identifier>,
        by_key: bool,
    ) -> Result<(), Error> {
        if !by_key {
            self.used_by_id(&contract_id, contract)?;
        }
        let authorizers = self.authorizers()?;
        let acting = authorizers.intersection(&contract.stakeholders);
        let node = Fetch {
            contract_id,
            template: contract.template.clone(),
            package_name: contract.package_name.clone(),
            interface,
            acting: acting.cloned().collect(),
            signatories: contract.signatories.clone(),
            stakeholders: contract.stakeholders.clone(),
            key: contract.key.clone(),
            by_key,
        };
        let id = self.next_node();
        authorization::fetch(&node, &authorizers).map_err(|f| failed(id, f))?;
        self.add_leaf(id, Node::Fetch(node))
    }

    /// Opens an exercise. A consuming one archives the contract at once.
    pub(crate) fn begin_exercise(&mut self, start: ExerciseStart) -> Result<(), Error> {
        let id = self.next_node();
        let contract = &start.contract;
        if !start.by_key {
            self.used_by_id(&start.contract_id, contract)?;
        }
        let authorizers = self.authorizers()?;
        authorization::exercise(&contract.template, &start.acting, &authorizers)
            .map_err(|f| failed(id, f))?;
        let seed = self.next_seed()?;
        if start.consuming {
            self.consumed.push((start.contract_id.clone(), id));
            self.consumed_by.insert(start.contract_id.clone(), id);
        }
        let inner = start.acting.union(&contract.signatories).cloned().collect();
        let node = Exercise {
            contract_id: start.contract_id,
            template: contract.template.clone(),
            package_name: contract.package_name.clone(),
            interface: start.interface,
            choice: start.choice,
            consuming: start.consuming,
            acting: start.acting,
            argument: start.argument,
            signatories: contract.signatories.clone(),
            stakeholders: contract.stakeholders.clone(),
            choice_observers: start.choice_observers,
            children: Vec::new(),
            result: None,
            key: contract.key.clone(),
            by_key: start.by_key,
        };
        self.take(node.encoded_bytes() + NUMBERS_BYTES)?;
        self.seeds.insert(id, seed);
        self.contexts.push(Context {
            kind: Kind::Exercise(Box::new(node)),
            node: id,
            authorizers: Arc::new(inner),
            seed: Some(seed),
            children: Vec::new(),
            next_action: 0,
        });
        Ok(())
    }

    /// Closes the innermost exercise; without result if an exception ended it.
    pub(crate) fn end_exercise(&mut self, result: Option<Value>) -> Result<(), Error> {
        match self.contexts.pop() {
            Some(Context {
                kind: Kind::Exercise(mut exercise),
                node,
                children,
                ..
            }) => {
                self.take(result.as_ref().map_or(0, Value::encoded_bytes))?;
                exercise.children = children;
                exercise.result = result;
                self.nodes.insert(node, Node::Exercise(*exercise));
                self.add_action(node)
            }
            _ => Err(unbalanced()),
        }
    }

    /// The exercises that are under way, the innermost first.
    pub(crate) fn open_exercises(&self) -> impl Iterator<Item = Level> {
        let contexts = self.contexts.iter().rev();
        contexts.filter_map(|context| match &context.kind {
            Kind::Exercise(exercise) => Some(Level::Exercise {
                node: context.node,
                interface: exercise.interface.clone(),
                template: exercise.template.clone(),
                choice: exercise.choice.clone(),
                contract_id: exercise.contract_id.clone(),
            }),
            Kind::Root(_) | Kind::Try { .. } => None,
        })
    }

    /// Enters a `try` block.
    pub(crate) fn begin_try(&mut self) -> Result<(), Error> {
        let node = self.next_node();
        let (created, consumed) = (self.created.len(), self.consumed.len());
        let outer = self.context()?;
        let inner = Context {
            kind: Kind::Try { created, consumed },
            node,
            authorizers: outer.authorizers.clone(),
            seed: None,
            children: Vec::new(),
            next_action: outer.next_action,
        };
        self.contexts.push(inner);
        Ok(())
    }

    /// Leaves a `try` block in which nothing went wrong.
    pub(crate) fn end_try(&mut self) -> Result<(), Error> {
        let Some(inner) = self.contexts.pop() else {
            return Err(unbalanced());
        };
        let outer = self.context()?;
        outer.children.extend(inner.children);
        outer.next_action = inner.next_action;
        Ok(())
    }

    /// Leaves a `try` block by an exception: what happened in it is undone.
    pub(crate) fn rollback_try(&mut self) -> Result<(), Error> {
        let Some(Context {
            kind: Kind::Try { created, consumed },
            node,
            children,
            next_action,
            ..
        }) = self.contexts.pop()
        else {
            return Err(unbalanced());
        };
        let effects = self.created.len() > created || self.consumed.len() > consumed;
        if effects && !self.rollback_effects {
            return Err(Error::EffectfulRollback(self.effects(created, consumed)));
        }
        for (id, node) in self.created.split_off(created).into_iter().rev() {
            self.created_ids.remove(&id);
            if let Some(key) = self.nodes.get(&node).and_then(Node::key) {
                self.keys.undone(&key.hash);
            }
        }
        for (id, _) in self.consumed.split_off(consumed) {
            self.consumed_by.remove(&id);
        }
        if !children.is_empty() {
            // what is undone stays below
            let rollback = Node::Rollback(Rollback { children });
            self.take(rollback.encoded_bytes() + NUMBERS_BYTES)?;
            self.nodes.insert(node, rollback);
            self.context()?.children.push(node);
        }
        self.context()?.next_action = next_action;
        Ok(())
    }

    /// What was created and archived since.
    fn effects(&self, created: usize, consumed: usize) -> BTreeSet<Effect> {
        let created = self.created.iter().skip(created);
        let consumed = self.consumed.iter().skip(consumed);
        let nodes = created
            .chain(consumed)
            .map(|(_, node)| self.nodes.get(node));
        let effect = |node: &Node| match node {
            Node::Create(create) => Some(Effect::Create {
                template: create.template.clone(),
                contract_id: create.contract_id.clone(),
            }),
            Node::Exercise(exercise) => Some(Effect::Exercise {
                template: exercise.template.clone(),
                contract_id: exercise.contract_id.clone(),
                choice: exercise.choice.clone(),
            }),
            Node::Fetch(_) | Node::QueryByKey(_) | Node::Rollback(_) => None,
        };
        nodes.flatten().filter_map(effect).collect()
    }

    /// The transaction, when all contexts but the root are closed.
    pub(crate) fn finish(mut self) -> Result<Finished, Error> {
        match self.contexts.pop() {
            Some(Context {
                kind: Kind::Root(_),
                children,
                ..
            }) => {
                let finished = normalize::finish(self.nodes, &children, &self.seeds);
                debug_assert!(finished.transaction.encoded_bytes() as u64 <= self.bytes);
                Ok(finished)
            }
            _ => Err(unbalanced()),
        }
    }
}

pub(super) fn failed(node: NodeId, failure: AuthorizationFailure) -> Error {
    Error::Authorization { node, failure }
}

fn unbalanced() -> Error {
    Error::IllTyped("unbalanced actions".to_owned())
}

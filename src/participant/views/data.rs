//! What a view holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lf::transaction::{ContractInstance, Node, NodeId, Transaction};
use crate::model::{ContractId, Hash, PackageId, PackageName, Purpose, Timestamp};
use crate::protocol::{InputContract, KeyAnswer, ViewData};

/// What is known of a transaction besides its nodes.
#[derive(Debug)]
pub struct Known<'a> {
    /// The seeds of creates and exercises.
    pub seeds: &'a BTreeMap<NodeId, Hash>,
    /// The contracts that are used, those that it creates among them.
    pub contracts: &'a BTreeMap<ContractId, Arc<ContractInstance>>,
    /// The versions of packages by which contracts were looked at through interfaces.
    pub package_preference: &'a BTreeMap<PackageName, PackageId>,
}

/// What a view with this first node holds; none if there is no such node, or if a contract that it
/// needs is not known.
pub fn view_data(
    transaction: &Transaction,
    root: NodeId,
    rolled_back: bool,
    known: &Known<'_>,
) -> Option<ViewData> {
    let part = transaction.subtransaction(root)?;
    let keys: BTreeMap<Hash, KeyAnswer> = part
        .key_inputs()
        .into_iter()
        .map(|(hash, input)| {
            let answer = KeyAnswer {
                contracts: input.contracts,
                complete: input.complete,
            };
            (hash, answer)
        })
        .collect();
    let needed = needed(&part, &keys);
    let inputs = needed.into_iter().map(|contract_id| {
        let instance = known.contracts.get(&contract_id)?.to_bytes().into();
        Some(InputContract {
            contract_id,
            instance,
        })
    });
    let inputs = inputs.collect::<Option<Vec<_>>>()?;
    Some(ViewData {
        action: action(&part)?.to_bytes().into(),
        seed: known.seeds.get(&root).copied(),
        effects: effects_hash(&part),
        package_preference: preference(&part, &keys, known),
        inputs,
        keys,
        rolled_back,
    })
}

/// What stands for a part of a transaction.
pub fn effects_hash(part: &Transaction) -> Hash {
    Hash::of(Purpose::ViewEffects, &part.to_bytes())
}

/// The first node alone.
fn action(part: &Transaction) -> Option<Transaction> {
    let mut root = part.nodes.first()?.clone();
    if let Node::Exercise(exercise) = &mut root {
        exercise.children = Vec::new();
    }
    Some(Transaction {
        nodes: vec![root],
        roots: vec![NodeId(0)],
    })
}

/// The contracts that a part of a transaction uses and does not create.
fn needed(part: &Transaction, keys: &BTreeMap<Hash, KeyAnswer>) -> BTreeSet<ContractId> {
    let mut needed: BTreeSet<ContractId> = BTreeSet::new();
    let mut created: BTreeSet<&ContractId> = BTreeSet::new();
    for node in &part.nodes {
        match node {
            Node::Create(create) => drop(created.insert(&create.contract_id)),
            Node::Exercise(_) | Node::Fetch(_) => needed.extend(node.contract_id().cloned()),
            Node::QueryByKey(query) => needed.extend(query.result.iter().cloned()),
            Node::Rollback(_) => {}
        }
    }
    let told = keys.values().flat_map(|answer| &answer.contracts);
    needed.extend(told.cloned());
    needed.retain(|id| !created.contains(id));
    needed
}

/// The preferences for packages of which the part has contracts: nothing about others.
fn preference(
    part: &Transaction,
    keys: &BTreeMap<Hash, KeyAnswer>,
    known: &Known<'_>,
) -> BTreeMap<PackageName, PackageId> {
    let mut names: BTreeSet<&PackageName> = BTreeSet::new();
    for node in &part.nodes {
        match node {
            Node::Create(create) => drop(names.insert(&create.package_name)),
            Node::Exercise(exercise) => drop(names.insert(&exercise.package_name)),
            Node::Fetch(fetch) => drop(names.insert(&fetch.package_name)),
            Node::QueryByKey(query) => drop(names.insert(&query.package_name)),
            Node::Rollback(_) => {}
        }
    }
    let inputs = needed(part, keys);
    let instances = inputs.iter().filter_map(|id| known.contracts.get(id));
    names.extend(instances.map(|instance| &instance.package_name));
    let preferred = known.package_preference.iter();
    preferred
        .filter(|(name, _)| names.contains(name))
        .map(|(name, id)| (name.clone(), id.clone()))
        .collect()
}

/// The contracts that a transaction creates.
pub fn created_instances<'a>(
    transaction: &'a Transaction,
    seeds: &'a BTreeMap<NodeId, Hash>,
    ledger_time: Timestamp,
) -> impl Iterator<Item = (ContractId, Arc<ContractInstance>)> + 'a {
    let nodes = (0..).map(NodeId).zip(&transaction.nodes);
    nodes.filter_map(move |(id, node)| {
        let Node::Create(create) = node else {
            return None;
        };
        let salt = ContractInstance::salt_of(seeds.get(&id)?);
        let instance = ContractInstance::of_create(create, ledger_time, salt);
        Some((create.contract_id.clone(), Arc::new(instance)))
    })
}

//! What a transaction does to contracts.

use std::collections::BTreeSet;

use super::locks::Usage;
use crate::lf::transaction::{Node, NodeId, Transaction};
use crate::model::ContractId;

/// What the transaction does to contracts of the ledger, and those that come and go within it.
pub(super) fn usage(transaction: &Transaction) -> (Usage, BTreeSet<ContractId>) {
    let mut usage = Usage::default();
    let mut consumed = BTreeSet::new();
    let mut touched = BTreeSet::new();
    for (_, node) in in_force(transaction) {
        match node {
            Node::Create(create) => {
                usage.created.insert(create.contract_id.clone());
            }
            Node::Exercise(exercise) if exercise.consuming => {
                consumed.insert(exercise.contract_id.clone());
            }
            Node::Exercise(exercise) => {
                touched.insert(exercise.contract_id.clone());
            }
            Node::Fetch(fetch) => {
                touched.insert(fetch.contract_id.clone());
            }
            Node::QueryByKey(query) => touched.extend(query.result.iter().cloned()),
            Node::Rollback(_) => {}
        }
    }
    let transient = usage.created.intersection(&consumed).cloned().collect();
    let from_ledger = |ids: BTreeSet<ContractId>, usage: &Usage| -> BTreeSet<ContractId> {
        ids.difference(&usage.created).cloned().collect()
    };
    usage.consumed = from_ledger(consumed, &usage);
    let read = from_ledger(touched, &usage);
    usage.read = read.difference(&usage.consumed).cloned().collect();
    (usage, transient)
}

/// The nodes that were not rolled back. What is looked at inside of a rollback counts as read only
/// by conformance: it must be active for the submitter, and its state is not changed.
pub(super) fn in_force(transaction: &Transaction) -> impl Iterator<Item = (NodeId, &Node)> {
    let mut open: Vec<NodeId> = transaction.roots.iter().rev().copied().collect();
    std::iter::from_fn(move || {
        let id = open.pop()?;
        let node = transaction.node(id)?;
        if !matches!(node, Node::Rollback(_)) {
            open.extend(node.children().iter().rev());
        }
        Some((id, node))
    })
}

//! Who sees what of a transaction. Source: the ledger model, "projections".

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Node, NodeId, Transaction};
use crate::model::{ContractId, Party};

/// Who sees which nodes and contracts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BlindingInfo {
    /// For each node, the parties that see it: its informees and those of the nodes above.
    pub disclosure: Vec<BTreeSet<Party>>,
    /// Contracts that parties see although they have no stake in them, because something that they
    /// see uses them.
    pub divulgence: BTreeMap<ContractId, BTreeSet<Party>>,
}

/// Who sees what.
pub fn blinding_info(transaction: &Transaction) -> BlindingInfo {
    let mut info = BlindingInfo {
        disclosure: vec![BTreeSet::new(); transaction.nodes.len()],
        divulgence: BTreeMap::new(),
    };
    let roots = transaction.roots.iter();
    let mut open: Vec<(NodeId, BTreeSet<Party>)> =
        roots.rev().map(|root| (*root, BTreeSet::new())).collect();
    while let Some((id, above)) = open.pop() {
        let Some(node) = transaction.node(id) else {
            continue;
        };
        let witnesses: BTreeSet<Party> = above.union(&node.informees()).cloned().collect();
        divulge(&mut info, node, &above);
        for child in node.children().iter().rev() {
            open.push((*child, witnesses.clone()));
        }
        if let Some(disclosed) = info.disclosure.get_mut(id.index()) {
            *disclosed = witnesses;
        }
    }
    info
}

fn divulge(info: &mut BlindingInfo, node: &Node, above: &BTreeSet<Party>) {
    let (contract, parties): (_, BTreeSet<Party>) = match node {
        Node::Fetch(fetch) => {
            let strangers = above.difference(&fetch.stakeholders);
            (&fetch.contract_id, strangers.cloned().collect())
        }
        Node::Exercise(exercise) => {
            let seeing = above.union(&exercise.choice_observers);
            let strangers = seeing.filter(|party| !exercise.stakeholders.contains(*party));
            (&exercise.contract_id, strangers.cloned().collect())
        }
        Node::Create(_) | Node::QueryByKey(_) | Node::Rollback(_) => return,
    };
    if !parties.is_empty() {
        let known = info.divulgence.entry(contract.clone()).or_default();
        known.extend(parties);
    }
}

impl BlindingInfo {
    /// The nodes that a party sees of which it does not see the parents: the roots of its
    /// projection.
    pub fn projection_roots(&self, transaction: &Transaction, party: &Party) -> Vec<NodeId> {
        let sees = |id: NodeId| {
            let disclosed = self.disclosure.get(id.index());
            disclosed.is_some_and(|parties| parties.contains(party))
        };
        let mut roots = Vec::new();
        let mut open: Vec<NodeId> = transaction.roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            if sees(id) {
                roots.push(id);
            } else if let Some(node) = transaction.node(id) {
                open.extend(node.children().iter().rev());
            }
        }
        roots
    }
}

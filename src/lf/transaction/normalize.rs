//! Rollback nodes in normal form, and all nodes numbered anew.
//!
//! Source: the Daml-LF specification, "Transaction normalization": an empty rollback disappears; a
//! rollback neither begins nor ends with a rollback. Numbers then follow the order of execution
//! without gaps.

use std::collections::BTreeMap;

use super::builder::Finished;
use super::node::{Node, NodeId, Rollback, Transaction};
use crate::lf::stack::with_room;
use crate::model::Hash;

/// A node in normal form.
enum Normal {
    /// An action, by its old number, and its children.
    Action(NodeId, Vec<Normal>),
    Rollback(Vec<Normal>),
}

/// Brings a transaction to normal form.
pub(super) fn finish(
    mut nodes: BTreeMap<NodeId, Node>,
    roots: &[NodeId],
    seeds: &BTreeMap<NodeId, Hash>,
) -> Finished {
    let normal = normalize_all(&nodes, roots);
    let mut numbering = Numbering {
        finished: Finished {
            transaction: Transaction::default(),
            seeds: BTreeMap::new(),
        },
        old_seeds: seeds,
    };
    let roots = numbering.add_all(normal, &mut nodes);
    numbering.finished.transaction.roots = roots;
    numbering.finished
}

fn normalize_all(nodes: &BTreeMap<NodeId, Node>, ids: &[NodeId]) -> Vec<Normal> {
    let mut normal = Vec::with_capacity(ids.len());
    for id in ids {
        match nodes.get(id) {
            Some(Node::Rollback(rollback)) => {
                let inner = with_room(|| normalize_all(nodes, &rollback.children));
                normal.extend(normalize_rollback(inner));
            }
            Some(node) => {
                let children = with_room(|| normalize_all(nodes, node.children()));
                normal.push(Normal::Action(*id, children));
            }
            None => {}
        }
    }
    normal
}

fn normalize_rollback(mut inner: Vec<Normal>) -> Vec<Normal> {
    // rollbacks at the beginning come out
    let leading = inner
        .iter()
        .take_while(|node| matches!(node, Normal::Rollback(_)))
        .count();
    let rest = inner.split_off(leading);
    let mut outside = inner;
    if !rest.is_empty() {
        outside.push(Normal::Rollback(merge_last(rest)));
    }
    outside
}

/// A rollback at the end is merged with the one that it is in.
fn merge_last(mut inner: Vec<Normal>) -> Vec<Normal> {
    if let Some(Normal::Rollback(last)) = inner.pop_if(|node| matches!(node, Normal::Rollback(_))) {
        inner.extend(last);
    }
    inner
}

struct Numbering<'a> {
    finished: Finished,
    old_seeds: &'a BTreeMap<NodeId, Hash>,
}

impl Numbering<'_> {
    fn add_all(&mut self, normal: Vec<Normal>, nodes: &mut BTreeMap<NodeId, Node>) -> Vec<NodeId> {
        let ids = normal
            .into_iter()
            .map(|node| with_room(|| self.add(node, nodes)));
        ids.flatten().collect()
    }

    fn add(&mut self, normal: Normal, nodes: &mut BTreeMap<NodeId, Node>) -> Option<NodeId> {
        let (node, children) = match normal {
            Normal::Action(old, children) => {
                let id = self.next();
                if let Some(seed) = self.old_seeds.get(&old) {
                    self.finished.seeds.insert(id, *seed);
                }
                (nodes.remove(&old)?, children)
            }
            Normal::Rollback(children) => {
                let empty = Rollback {
                    children: Vec::new(),
                };
                (Node::Rollback(empty), children)
            }
        };
        let id = self.next();
        self.finished.transaction.nodes.push(node);
        let children = self.add_all(children, nodes);
        let node = self.finished.transaction.nodes.get_mut(id.index())?;
        if let Some(mine) = node.children_mut() {
            *mine = children;
        }
        Some(id)
    }

    fn next(&self) -> NodeId {
        let next = self.finished.transaction.nodes.len();
        NodeId(u32::try_from(next).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::node::Fetch;
    use super::*;
    use crate::model::{ContractId, PackageName};

    /// `f` is an action, parentheses are a rollback.
    fn parse(text: &str) -> (BTreeMap<NodeId, Node>, Vec<NodeId>) {
        let mut nodes = BTreeMap::new();
        let mut open: Vec<(NodeId, Vec<NodeId>)> = vec![(NodeId(u32::MAX), Vec::new())];
        for (index, token) in text.chars().enumerate() {
            let id = NodeId(u32::try_from(index).unwrap());
            match token {
                '(' => open.push((id, Vec::new())),
                ')' => {
                    let (id, children) = open.pop().unwrap();
                    nodes.insert(id, Node::Rollback(Rollback { children }));
                    open.last_mut().unwrap().1.push(id);
                }
                _ => {
                    nodes.insert(id, action());
                    open.last_mut().unwrap().1.push(id);
                }
            }
        }
        (nodes, open.pop().unwrap().1)
    }

    fn action() -> Node {
        Node::Fetch(Fetch {
            contract_id: ContractId::new([0; 32], &[]),
            template: "p:M:T".parse().unwrap(),
            package_name: PackageName::parse("p").unwrap(),
            interface: None,
            acting: BTreeSet::new(),
            signatories: BTreeSet::new(),
            stakeholders: BTreeSet::new(),
            key: None,
            by_key: false,
        })
    }

    fn print(transaction: &Transaction, ids: &[NodeId]) -> String {
        let show = |id: &NodeId| match transaction.node(*id).unwrap() {
            Node::Rollback(rollback) => format!("({})", print(transaction, &rollback.children)),
            _ => "f".to_owned(),
        };
        ids.iter().map(show).collect()
    }

    #[test]
    fn rollbacks_neither_begin_nor_end_with_rollbacks_and_are_never_empty() {
        for (given, expected) in [
            ("()", ""),
            ("(())f", "f"),
            ("((f))", "(f)"),
            ("((f)f)", "(f)(f)"),
            ("(f(f))", "(ff)"),
            ("(f(f)f)", "(f(f)f)"),
            ("((f)f(f))", "(f)(ff)"),
            ("((f)(f))", "(f)(f)"),
            ("(f(f(f)))", "(fff)"),
        ] {
            let (nodes, roots) = parse(given);
            let finished = finish(nodes, &roots, &BTreeMap::new());
            let transaction = finished.transaction;
            assert_eq!(print(&transaction, &transaction.roots), expected, "{given}");
        }
    }
}

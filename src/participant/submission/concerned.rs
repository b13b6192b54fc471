//! Whom a transaction concerns: pure.

use std::collections::BTreeSet;

use crate::lf::transaction::{Node, Transaction};
use crate::model::Party;

/// The parties that a transaction concerns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Concerned {
    /// Who must know of some part of it.
    pub informees: BTreeSet<Party>,
    /// Who must confirm: signatories of the contracts and those who act.
    pub confirming: BTreeSet<Party>,
}

/// Whom a transaction concerns.
pub fn concerned(transaction: &Transaction) -> Concerned {
    let mut concerned = Concerned::default();
    for node in &transaction.nodes {
        concerned.informees.extend(node.informees());
        concerned.confirming.extend(node.required_authorizers());
        let signatories = match node {
            Node::Create(create) => &create.signatories,
            Node::Exercise(exercise) => &exercise.signatories,
            Node::Fetch(fetch) => &fetch.signatories,
            // the maintainers of a key are required authorizers
            Node::QueryByKey(_) | Node::Rollback(_) => continue,
        };
        concerned.confirming.extend(signatories.iter().cloned());
    }
    concerned
        .informees
        .extend(concerned.confirming.iter().cloned());
    concerned
}

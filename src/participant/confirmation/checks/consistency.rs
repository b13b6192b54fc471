//! Do the views fit together: is nothing used before it is created, or after it is archived?
//!
//! Within a view interpretation sees to that. Here are views of which none is inside of another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Request, malformed};
use crate::lf::transaction::Node;
use crate::model::ContractId;
use crate::participant::confirmation::Problem;
use crate::participant::confirmation::usage::in_force;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let tops = request.tops.iter().filter(|top| !top.is_rolled_back());
    let parts: Vec<_> = tops.filter_map(|top| top.replayed.as_ref().ok()).collect();
    // which part creates what
    let mut creators: BTreeMap<&ContractId, usize> = BTreeMap::new();
    for (part, replayed) in parts.iter().enumerate() {
        for (_, node) in in_force(&replayed.transaction) {
            if let Node::Create(create) = node
                && creators.insert(&create.contract_id, part).is_some()
            {
                let id = &create.contract_id;
                return Err(malformed(format!("contract {id} is created twice")));
            }
        }
    }
    let mut archived: BTreeSet<&ContractId> = BTreeSet::new();
    for (part, replayed) in parts.iter().enumerate() {
        let mut archived_here = Vec::new();
        for (_, node) in in_force(&replayed.transaction) {
            let (Node::Exercise(_) | Node::Fetch(_)) = node else {
                continue;
            };
            let Some(id) = node.contract_id() else {
                continue;
            };
            if creators.get(id).is_some_and(|creator| *creator > part) {
                return Err(malformed(format!(
                    "contract {id} is used before it is created"
                )));
            }
            if archived.contains(id) {
                return Err(malformed(format!(
                    "contract {id} is used after it is archived"
                )));
            }
            if matches!(node, Node::Exercise(exercise) if exercise.consuming) {
                archived_here.push(id);
            }
        }
        archived.extend(archived_here);
    }
    Ok(())
}

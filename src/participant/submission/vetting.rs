//! Who must have vetted what: pure. Everybody all of what is used in the views that they see, and nothing of
//! the others: of an application, who keeps the books of its tokens needs not know.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::routing::Unfit;
use crate::lf::engine::Interpreted;
use crate::lf::transaction::Transaction;
use crate::model::{Identifier, PackageId, ParticipantId, Timestamp};
use crate::participant::views::PlannedView;
use crate::protocol::{Forest, Readers};
use crate::topology::State;

/// Refuses a transaction of which somebody sees what it cannot run at a time.
pub(super) fn check(
    interpreted: &Interpreted,
    planned: &Forest<PlannedView>,
    recipients: &Forest<Readers>,
    topology: &State,
    at: Timestamp,
) -> Result<(), Unfit> {
    for (participant, used) in used(&interpreted.transaction, planned, recipients) {
        let needed = used.iter().filter_map(|it| interpreted.packages.get(*it));
        for package in needed.flatten() {
            if !topology.is_vetted(participant, package, at) {
                return Err(Unfit::Discarded(format!(
                    "participant {participant} has not vetted package {package}; upload the \
                     package there"
                )));
            }
        }
    }
    Ok(())
}

/// The packages of the nodes that each participant sees.
fn used<'a>(
    transaction: &'a Transaction,
    planned: &Forest<PlannedView>,
    recipients: &'a Forest<Readers>,
) -> BTreeMap<&'a ParticipantId, BTreeSet<&'a PackageId>> {
    let roots: HashMap<usize, &Readers> = planned
        .iter()
        .map(|view| view.root.index())
        .zip(recipients.iter())
        .collect();
    let mut readers: Vec<Option<&Readers>> = vec![None; transaction.nodes.len()];
    let mut used: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    // nodes are numbered in the order of execution: a node before those below it
    for (index, node) in transaction.nodes.iter().enumerate() {
        let here = roots.get(&index).copied().or(readers[index]);
        for child in node.children() {
            readers[child.index()] = here;
        }
        let packages = node.template().into_iter().chain(node.interface());
        let packages: Vec<&PackageId> = packages.map(Identifier::package).collect();
        for participant in here.into_iter().flat_map(|it| &it.all) {
            used.entry(participant).or_default().extend(&packages);
        }
    }
    used
}

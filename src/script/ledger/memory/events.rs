//! What a transaction did, as far as it is shown to scripts.

use super::contracts::blob;
use crate::lf::engine::{self, Interpreted};
use crate::lf::stack::with_room;
use crate::lf::transaction::{ContractInstance, Node, NodeId};
use crate::lf::value::Value;
use crate::model::{Identifier, PackageId, Timestamp};
use crate::script::ledger::{ActiveContract, Event, Exercised, Submission};

/// The events of a transaction. What a command did itself is shown with the package that the script
/// named, which may be another one than that which was used.
pub(super) fn events(
    submission: &Submission,
    interpreted: &Interpreted,
    at: Timestamp,
) -> Vec<Event> {
    let mut named = Vec::new();
    for command in &submission.commands {
        let package = command.action.template().package();
        named.push(package);
        if matches!(command.action, engine::Command::CreateAndExercise { .. }) {
            named.push(package);
        }
    }
    let shown = Shown { interpreted, at };
    let roots = interpreted.transaction.roots.iter();
    let roots = roots.zip(named.into_iter().map(Some));
    roots
        .filter_map(|(root, package)| shown.event(*root, package))
        .collect()
}

struct Shown<'a> {
    interpreted: &'a Interpreted,
    at: Timestamp,
}

impl Shown<'_> {
    fn event(&self, id: NodeId, package: Option<&PackageId>) -> Option<Event> {
        let node = self.interpreted.transaction.node(id)?;
        match node {
            Node::Create(create) => {
                let seed = self.interpreted.node_seeds.get(&id);
                let salt = seed.map(ContractInstance::salt_of);
                let instance = salt.map(|salt| ContractInstance::of_create(create, self.at, salt));
                let blob = instance.map(|instance| blob(&create.contract_id, &instance));
                Some(Event::Created(ActiveContract {
                    contract_id: create.contract_id.clone(),
                    template: in_package(&create.template, package),
                    argument: create.argument.clone(),
                    blob: blob.unwrap_or_default(),
                }))
            }
            Node::Exercise(exercise) => {
                let children = exercise.children.iter();
                let children = children.filter_map(|child| with_room(|| self.event(*child, None)));
                // an interface stands where it is, whatever version the template has
                let template = match exercise.interface {
                    Some(_) => exercise.template.clone(),
                    None => in_package(&exercise.template, package),
                };
                Some(Event::Exercised(Exercised {
                    template,
                    interface: exercise.interface.clone(),
                    contract_id: exercise.contract_id.clone(),
                    choice: exercise.choice.clone(),
                    argument: exercise.argument.clone(),
                    result: exercise.result.clone().unwrap_or(Value::Unit),
                    children: children.collect(),
                }))
            }
            Node::Fetch(_) | Node::QueryByKey(_) | Node::Rollback(_) => None,
        }
    }
}

fn in_package(template: &Identifier, package: Option<&PackageId>) -> Identifier {
    match package {
        Some(package) => Identifier::new(
            package.clone(),
            template.module().clone(),
            template.name().clone(),
        ),
        None => template.clone(),
    }
}

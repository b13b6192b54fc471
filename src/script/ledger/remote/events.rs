//! What a transaction did, from the events that the ledger tells.

use canton_proto::com::daml::ledger::api::v2 as api;

use api::event::Event as Told;

use super::values::{Read, contract_id, identifier, read, read_record};
use crate::lf::engine;
use crate::lf::value::Value;
use crate::model::{Identifier, Name, PackageId};
use crate::script::ledger::{ActiveContract, Event, Exercised, Submission};

/// The packages that the script named in the commands, one for each event that these yield.
pub(super) fn named_packages(submission: &Submission) -> Vec<PackageId> {
    let mut named = Vec::new();
    for command in &submission.commands {
        let package = command.action.template().package();
        named.push(package.clone());
        if matches!(command.action, engine::Command::CreateAndExercise { .. }) {
            named.push(package.clone());
        }
    }
    named
}

/// The events as trees. Those of the commands are shown with the packages that the script named.
pub(super) fn events(transaction: &api::Transaction, named: &[PackageId]) -> Read<Vec<Event>> {
    let told: Vec<&Told> = transaction
        .events
        .iter()
        .filter_map(|event| event.event.as_ref())
        .collect();
    let mut rest = &told[..];
    let mut roots = Vec::new();
    while let Some(event) = next(&mut rest, named.get(roots.len()))? {
        roots.push(event);
    }
    Ok(roots)
}

/// Takes an event with all that is below it.
fn next(rest: &mut &[&Told], package: Option<&PackageId>) -> Read<Option<Event>> {
    let Some((first, after)) = rest.split_first() else {
        return Ok(None);
    };
    *rest = after;
    match first {
        Told::Created(created) => Ok(Some(Event::Created(contract(created, package)?))),
        Told::Exercised(exercised) => {
            let end = exercised.last_descendant_node_id;
            let count = rest.iter().take_while(|event| node(event) <= end).count();
            let (mut below, after) = rest.split_at(count);
            *rest = after;
            let mut children = Vec::new();
            while let Some(child) = next(&mut below, None)? {
                children.push(child);
            }
            Ok(Some(Event::Exercised(exercise(
                exercised, package, children,
            )?)))
        }
        Told::Archived(_) => next(rest, package),
    }
}

fn node(event: &Told) -> i32 {
    match event {
        Told::Created(created) => created.node_id,
        Told::Exercised(exercised) => exercised.node_id,
        Told::Archived(archived) => archived.node_id,
    }
}

fn exercise(
    exercised: &api::ExercisedEvent,
    package: Option<&PackageId>,
    children: Vec<Event>,
) -> Read<Exercised> {
    let interface = exercised.interface_id.as_ref();
    let interface = interface.map(|id| identifier(Some(id))).transpose()?;
    let template = identifier(exercised.template_id.as_ref())?;
    let choice = Name::parse(&exercised.choice);
    let choice = choice.map_err(|error| super::values::Unreadable(error.to_string()))?;
    let value = |value: &Option<api::Value>| match value {
        Some(value) => read(value.clone()),
        None => Ok(Value::Unit),
    };
    Ok(Exercised {
        template: match interface {
            Some(_) => template,
            None => in_package(template, package),
        },
        interface,
        contract_id: contract_id(&exercised.contract_id)?,
        choice,
        argument: value(&exercised.choice_argument)?,
        result: value(&exercised.exercise_result)?,
        children,
    })
}

/// A contract as the ledger tells of it.
pub(super) fn contract(
    created: &api::CreatedEvent,
    package: Option<&PackageId>,
) -> Read<ActiveContract> {
    let template = identifier(created.template_id.as_ref())?;
    Ok(ActiveContract {
        contract_id: contract_id(&created.contract_id)?,
        template: in_package(template, package),
        argument: read_record(created.create_arguments.clone().unwrap_or_default())?,
        blob: created.created_event_blob.clone(),
    })
}

fn in_package(template: Identifier, package: Option<&PackageId>) -> Identifier {
    match package {
        Some(package) => Identifier::new(
            package.clone(),
            template.module().clone(),
            template.name().clone(),
        ),
        None => template,
    }
}

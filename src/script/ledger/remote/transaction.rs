//! What a transaction did, as a report draws it: the nodes that the ledger tells of.
//!
//! Fetches and what others alone see are not told; events are numbered in their order.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2 as api;

use api::event::Event as Told;

use super::values::{Read, Unreadable, contract_id, identifier, read, read_record};
use crate::lf::transaction::{Create, Exercise, Key, Node, NodeId, Transaction};
use crate::lf::value::Value;
use crate::model::{Hash, Identifier, Name, PackageName, Party};

/// The transaction of the events.
pub(super) fn transaction(told: &api::Transaction) -> Read<Transaction> {
    let mut transaction = Transaction::default();
    // exercises that what follows may be below, with the last node that is
    let mut open: Vec<(NodeId, i32)> = Vec::new();
    for event in told.events.iter().filter_map(|event| event.event.as_ref()) {
        let (number, last, node) = match event {
            Told::Created(created) => (created.node_id, created.node_id, create(created)?),
            Told::Exercised(exercised) => (
                exercised.node_id,
                exercised.last_descendant_node_id,
                exercise(exercised)?,
            ),
            Told::Archived(_) => continue,
        };
        while open.pop_if(|(_, last)| *last < number).is_some() {}
        let next = u32::try_from(transaction.nodes.len());
        let id = NodeId(next.map_err(|error| Unreadable(error.to_string()))?);
        let parent = open.last().map(|(parent, _)| parent.index());
        match parent.and_then(|parent| transaction.nodes.get_mut(parent)) {
            Some(Node::Exercise(parent)) => parent.children.push(id),
            _ => transaction.roots.push(id),
        }
        open.push((id, last));
        transaction.nodes.push(node);
    }
    Ok(transaction)
}

fn create(created: &api::CreatedEvent) -> Read<Node> {
    let signatories = parties(&created.signatories)?;
    let mut stakeholders = parties(&created.observers)?;
    stakeholders.extend(signatories.iter().cloned());
    let template = template(&created.package_name, created.template_id.as_ref())?;
    let key = created.contract_key.clone().map(|key| {
        Ok(Key {
            value: read(key)?,
            // a report has no use for them
            hash: Hash::from_bytes([0; 32]),
            maintainers: BTreeSet::new(),
        })
    });
    Ok(Node::Create(Create {
        contract_id: contract_id(&created.contract_id)?,
        template: template.0,
        package_name: template.1,
        argument: read_record(created.create_arguments.clone().unwrap_or_default())?,
        signatories,
        stakeholders,
        key: key.transpose()?,
    }))
}

fn exercise(exercised: &api::ExercisedEvent) -> Read<Node> {
    let template = template(&exercised.package_name, exercised.template_id.as_ref())?;
    let interface = exercised.interface_id.as_ref();
    let value = |value: &Option<api::Value>| value.clone().map(read).transpose();
    Ok(Node::Exercise(Exercise {
        contract_id: contract_id(&exercised.contract_id)?,
        template: template.0,
        package_name: template.1,
        interface: interface.map(|id| identifier(Some(id))).transpose()?,
        choice: parsed(Name::parse(&exercised.choice))?,
        consuming: exercised.consuming,
        acting: parties(&exercised.acting_parties)?,
        argument: value(&exercised.choice_argument)?.unwrap_or(Value::Unit),
        signatories: BTreeSet::new(),
        stakeholders: BTreeSet::new(),
        choice_observers: BTreeSet::new(),
        children: Vec::new(),
        result: value(&exercised.exercise_result)?,
        key: None,
        by_key: false,
    }))
}

fn template(name: &str, id: Option<&api::Identifier>) -> Read<(Identifier, PackageName)> {
    Ok((identifier(id)?, parsed(PackageName::parse(name))?))
}

fn parties(names: &[String]) -> Read<BTreeSet<Party>> {
    names
        .iter()
        .map(|name| parsed(Party::parse(name)))
        .collect()
}

fn parsed<T, E: ToString>(parsed: Result<T, E>) -> Read<T> {
    parsed.map_err(|error| Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> api::Identifier {
        api::Identifier {
            package_id: "0123".to_owned(),
            module_name: "Main".to_owned(),
            entity_name: name.to_owned(),
        }
    }

    fn contract(number: u8) -> String {
        crate::model::ContractId::new([number; 32], &[0xca, 0x12]).to_string()
    }

    fn created(node_id: i32) -> api::Event {
        let event = api::CreatedEvent {
            node_id,
            contract_id: contract(u8::try_from(node_id).unwrap()),
            template_id: Some(id("T")),
            package_name: "main".to_owned(),
            signatories: vec!["alice".to_owned()],
            observers: vec!["bob".to_owned()],
            ..Default::default()
        };
        api::Event {
            event: Some(Told::Created(event)),
        }
    }

    fn exercised(node_id: i32, last: i32) -> api::Event {
        let event = api::ExercisedEvent {
            node_id,
            last_descendant_node_id: last,
            contract_id: contract(99),
            template_id: Some(id("T")),
            package_name: "main".to_owned(),
            choice: "Go".to_owned(),
            acting_parties: vec!["alice".to_owned()],
            exercise_result: Some(api::Value {
                sum: Some(api::value::Sum::Int64(7)),
            }),
            ..Default::default()
        };
        api::Event {
            event: Some(Told::Exercised(event)),
        }
    }

    #[test]
    fn events_become_a_tree_by_the_numbers_of_their_nodes() {
        // nodes 2 and 5 are fetches, of which nothing is told
        let told = api::Transaction {
            events: vec![
                created(0),
                exercised(1, 6),
                exercised(3, 4),
                created(4),
                created(6),
                exercised(7, 7),
                created(8),
            ],
            ..Default::default()
        };
        let transaction = transaction(&told).unwrap();
        let children = |index: usize| transaction.nodes[index].children().to_vec();
        assert_eq!(transaction.roots, [0, 1, 5, 6].map(NodeId));
        assert_eq!(children(1), [2, 4].map(NodeId));
        assert_eq!(children(2), [NodeId(3)]);
        assert!(children(5).is_empty());
        let Node::Create(create) = &transaction.nodes[0] else {
            panic!("no create");
        };
        assert_eq!(
            (create.signatories.len(), create.stakeholders.len()),
            (1, 2)
        );
    }

    #[test]
    fn what_makes_no_sense_is_an_error_and_no_panic() {
        for break_it in [
            |event: &mut api::CreatedEvent| event.contract_id.clear(),
            |event: &mut api::CreatedEvent| event.template_id = None,
            |event: &mut api::CreatedEvent| event.signatories = vec!["!".to_owned()],
            |event: &mut api::CreatedEvent| event.package_name.clear(),
        ] {
            let mut event = created(0);
            if let Some(Told::Created(created)) = &mut event.event {
                break_it(created);
            }
            let told = api::Transaction {
                events: vec![event],
                ..Default::default()
            };
            assert!(transaction(&told).is_err());
        }
        let strange = [
            exercised(5, 1),
            created(3),
            exercised(-1, i32::MAX),
            created(2),
        ];
        let told = api::Transaction {
            events: strange.to_vec(),
            ..Default::default()
        };
        let transaction = transaction(&told).unwrap();
        assert_eq!(transaction.nodes.len(), 4);
    }
}

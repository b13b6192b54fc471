//! Updates: what they do to the ledger, and whose authority they need.

use super::model::{Model, alice, bob, record, result, shape};
use super::support::party;
use crate::lf::engine::Command;
use crate::lf::error::Error;
use crate::lf::transaction::{Node, NodeId, blinding_info};
use crate::lf::value::Value;
use crate::model::{ContractId, Name};

fn to(name: &str) -> Value {
    record(vec![Value::Party(party(name))])
}

#[test]
fn a_create_has_signatories_and_stakeholders_and_an_id_of_its_own() {
    let mut model = Model::new();
    let command = model.create_command("Asset", vec![alice(), bob(), Value::Int64(5)]);
    let done = model
        .submit(&["alice"], vec![command.clone(), command])
        .unwrap();
    let [Node::Create(first), Node::Create(second)] = &done.transaction.nodes[..] else {
        panic!("not two creates")
    };
    assert_eq!(first.signatories, [party("alice")].into());
    assert_eq!(first.stakeholders, [party("alice"), party("bob")].into());
    assert_eq!(first.package_name.as_str(), "model");
    assert_ne!(first.contract_id, second.contract_id);
    assert_eq!(done.root_seeds.len(), 2);
    assert!(!done.used_time);
    assert!(done.inputs.is_empty());
}

#[test]
fn a_consuming_choice_archives_and_its_node_tells_who_did_it() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let give = model.exercise_command("Asset", &asset, "Give", to("carol"));
    let done = model.submit(&["bob"], vec![give.clone()]).unwrap();
    assert_eq!(shape(&done), "Give(create)");
    let Node::Exercise(node) = &done.transaction.nodes[0] else {
        panic!("not an exercise")
    };
    assert_eq!(node.acting, [party("bob")].into());
    assert_eq!(node.signatories, [party("alice")].into());
    assert!(node.consuming && node.interface.is_none());
    assert_eq!(done.inputs.keys().collect::<Vec<_>>(), [&asset]);
    let again = model.submit(&["bob"], vec![give]);
    assert_eq!(again, Err(Error::ContractNotFound(asset)));
}

#[test]
fn create_and_exercise_uses_the_new_contract() {
    let mut model = Model::new();
    let command = Command::CreateAndExercise {
        template: model.id("Asset"),
        create_argument: record(vec![alice(), bob(), Value::Int64(10)]),
        choice: Name::literal("Split"),
        choice_argument: Value::Int64(3),
    };
    let done = model.submit(&["alice", "bob"], vec![command]).unwrap();
    assert_eq!(shape(&done), "create Split(create create)");
    assert!(done.inputs.is_empty());
}

#[test]
fn witnesses_see_what_is_below_and_strangers_are_divulged_to() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let show = model.exercise_command("Asset", &asset, "Show", to("carol"));
    let done = model.submit(&["bob"], vec![show]).unwrap();
    assert_eq!(result(&done), Value::Int64(5));
    let info = blinding_info(&done.transaction);
    let all = ["alice", "bob", "carol"].map(party);
    assert_eq!(info.disclosure[0], all.clone().into());
    assert_eq!(info.divulgence[&asset], [party("carol")].into());
    let roots = info.projection_roots(&done.transaction, &party("carol"));
    assert_eq!(roots, [NodeId(0)]);
    let strangers = info.projection_roots(&done.transaction, &party("dave"));
    assert!(strangers.is_empty());
}

#[test]
fn contracts_that_do_not_match_their_id_are_refused() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let mut forged = (*model.ledger.contracts[&asset]).clone();
    forged.argument = record(vec![alice(), bob(), Value::Int64(500)]);
    model
        .ledger
        .contracts
        .insert(asset.clone(), std::sync::Arc::new(forged));
    let count = model.exercise_command("I", &asset, "Count", Value::Unit);
    let failed = model.submit(&["alice"], vec![count]);
    assert!(matches!(failed, Err(Error::Upgrade(_))));
}

#[test]
fn an_unknown_contract_is_not_found_and_one_without_suffix_is_no_contract() {
    let mut model = Model::new();
    let id = ContractId::new([9; 32], &[0xca, 0x12]);
    let count = model.exercise_command("I", &id, "Count", Value::Unit);
    assert_eq!(
        model.submit(&["alice"], vec![count]),
        Err(Error::ContractNotFound(id))
    );
    let id = ContractId::new([9; 32], &[]);
    let count = model.exercise_command("I", &id, "Count", Value::Unit);
    let failed = model.submit(&["alice"], vec![count]).unwrap_err();
    assert_eq!(failed.report().id, "COMMAND_PREPROCESSING_FAILED");
}

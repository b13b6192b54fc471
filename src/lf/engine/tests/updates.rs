//! Updates: what they do to the ledger, and whose authority they need.

use super::model::{Model, alice, bob, contract, record, result, shape};
use super::support::party;
use crate::lf::engine::{Command, Config};
use crate::lf::error::{AuthorizationFailure, Error};
use crate::lf::transaction::{Node, NodeId, blinding_info};
use crate::lf::value::Value;
use crate::model::{ContractId, Name, Timestamp};

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
fn the_required_parties_must_have_authorised() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let create = model.create_command("Asset", vec![alice(), bob(), Value::Int64(5)]);
    let give = model.exercise_command("Asset", &asset, "Give", to("carol"));
    let nobody = model.create_command("Nobody", vec![]);
    let template = model.id("Asset");
    assert_eq!(
        model.submit(&["bob"], vec![create]),
        Err(Error::Authorization {
            node: NodeId(0),
            failure: AuthorizationFailure::Create {
                template: template.clone(),
                required: [party("alice")].into(),
                given: [party("bob")].into(),
            }
        })
    );
    assert_eq!(
        model.submit(&["alice"], vec![give]),
        Err(Error::Authorization {
            node: NodeId(0),
            failure: AuthorizationFailure::Exercise {
                template,
                required: [party("bob")].into(),
                given: [party("alice")].into(),
            }
        })
    );
    let template = model.id("Nobody");
    assert_eq!(
        model.submit(&["alice"], vec![nobody]),
        Err(Error::Authorization {
            node: NodeId(0),
            failure: AuthorizationFailure::NoSignatories { template }
        })
    );
}

#[test]
fn a_fetch_needs_a_stakeholder() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let done = model
        .use_it(
            "Fetch",
            record(vec![contract(&asset), Value::Optional(None)]),
        )
        .unwrap();
    assert_eq!(shape(&done), "Fetch(fetch)");
    let Node::Fetch(fetch) = &done.transaction.nodes[1] else {
        panic!("not a fetch")
    };
    assert_eq!(fetch.acting, [party("bob")].into());
    let stranger = model.create("User", vec![alice()]);
    let plain = model.create("Plain", vec![bob()]);
    // alice is a stakeholder of the asset, but not of bob's plain contract
    let argument = record(vec![contract(&plain), Value::Optional(None)]);
    let command = model.exercise_command("User", &stranger, "Fetch", argument);
    let failed = model.submit(&["alice"], vec![command]);
    assert!(matches!(failed, Err(Error::WronglyTypedContract { .. })));
}

#[test]
fn a_contract_consumed_in_the_same_transaction_is_not_active() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let argument = contract(&asset);
    let failed = model.use_it("ArchiveTwice", argument);
    assert_eq!(
        failed,
        Err(Error::ContractNotActive {
            contract_id: asset.clone(),
            template: model.id("Asset"),
            consumed_by: NodeId(1),
        })
    );
    let archive = model.exercise_command("Asset", &asset, "Archive", Value::Unit);
    let twice = model.submit(&["bob"], vec![archive.clone(), archive]);
    assert!(matches!(twice, Err(Error::ContractNotActive { .. })));
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
fn interfaces_are_exercised_fetched_and_viewed() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let count = model.exercise_command("I", &asset, "Count", Value::Unit);
    let done = model.submit(&["alice"], vec![count]).unwrap();
    assert_eq!(result(&done), Value::Int64(5));
    let Node::Exercise(node) = &done.transaction.nodes[0] else {
        panic!("not an exercise")
    };
    assert_eq!(node.interface, Some(model.id("I")));
    assert_eq!(node.template, model.id("Asset"));

    let done = model.use_it("FetchInterface", contract(&asset)).unwrap();
    assert_eq!(result(&done), Value::Int64(5));
    assert_eq!(shape(&done), "FetchInterface(fetch)");

    let done = model.use_it("TakeTwice", contract(&asset)).unwrap();
    assert_eq!(shape(&done), "TakeTwice(Take(create) Take(create))");

    let view = model.engine.view(
        &model.id("Asset"),
        &record(vec![alice(), bob(), Value::Int64(7)]),
        &model.id("I"),
    );
    assert_eq!(view, Ok(record(vec![bob(), Value::Int64(7)])));
}

#[test]
fn a_contract_without_the_interface_is_refused() {
    let mut model = Model::new();
    let plain = model.create("Plain", vec![bob()]);
    let count = model.exercise_command("I", &plain, "Count", Value::Unit);
    assert_eq!(
        model.submit(&["bob"], vec![count]),
        Err(Error::DoesNotImplementInterface {
            contract_id: plain,
            template: model.id("Plain"),
            interface: model.id("I"),
        })
    );
}

#[test]
fn a_caught_exception_leaves_a_rollback_of_what_had_no_effect() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let argument = record(vec![contract(&asset), Value::Optional(None)]);
    let done = model.use_it("Catch", argument).unwrap();
    assert_eq!(result(&done), Value::Int64(7));
    assert_eq!(shape(&done), "Catch(rollback(Show() Fail()))");
    let Node::Exercise(failed) = &done.transaction.nodes[3] else {
        panic!("not an exercise")
    };
    assert_eq!(failed.result, None);
}

#[test]
fn a_declined_exception_goes_on_to_the_next_handler_or_to_the_end() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let failed = model.use_it("CatchNothing", contract(&asset));
    let message = match failed {
        Err(Error::Failure(status)) => (status.error_id, status.message),
        other => panic!("no failure: {other:?}"),
    };
    assert_eq!(
        message,
        ("UNHANDLED_EXCEPTION/M:E".to_owned(), "inside".to_owned())
    );
}

#[test]
fn effects_are_undone_only_where_the_ledger_allows_it() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let failed = model.use_it("CatchEffect", contract(&asset));
    let effects = match failed {
        Err(Error::EffectfulRollback(effects)) => effects.len(),
        other => panic!("no error: {other:?}"),
    };
    assert_eq!(effects, 2);

    let mut model = Model::with(Config {
        rollback_effects: true,
        ..Config::default()
    });
    let asset = model.asset(5);
    let done = model.use_it("CatchEffect", contract(&asset)).unwrap();
    // what was archived inside of the rollback can be fetched after it
    assert_eq!(
        shape(&done),
        "CatchEffect(rollback(create Archive()) fetch)"
    );
    assert_eq!(result(&done), Value::Int64(8));
}

#[test]
fn arithmetic_and_ensure_can_be_caught() {
    let mut model = Model::new();
    let done = model.use_it("CatchArithmetic", Value::Int64(0)).unwrap();
    assert_eq!(result(&done), Value::Int64(-1));
    assert_eq!(shape(&done), "CatchArithmetic()");
    let negative = record(vec![bob(), bob(), Value::Int64(-1)]);
    let done = model.use_it("CatchEnsure", negative.clone()).unwrap();
    assert_eq!(result(&done), Value::Int64(-1));
    let create = Command::Create {
        template: model.id("Asset"),
        argument: negative,
    };
    let failed = model.submit(&["bob"], vec![create]);
    assert!(matches!(failed, Err(Error::Failure(status)) if status.message == "negative"));
}

#[test]
fn time_is_the_ledger_time_and_asking_for_it_bounds_the_transaction() {
    let mut model = Model::new();
    let now = super::support::time();
    let done = model.use_it("Now", Value::Unit).unwrap();
    assert_eq!(result(&done), Value::Timestamp(now));
    assert_eq!(done.time_bounds, (now, now));
    assert!(done.used_time);
    let later = now.successor();
    let done = model.use_it("Time", Value::Timestamp(later)).unwrap();
    assert_eq!(result(&done), Value::Bool(true));
    assert_eq!(done.time_bounds, (Timestamp::MIN, now));
    let done = model.use_it("Time", Value::Timestamp(now)).unwrap();
    assert_eq!(result(&done), Value::Bool(false));
    assert_eq!(done.time_bounds, (now, Timestamp::MAX));
}

#[test]
fn updates_run_in_order_and_are_built_before_they_run() {
    let mut model = Model::new();
    let done = model.use_it("Order", Value::Unit).unwrap();
    let traces: Vec<&str> = done.traces.iter().map(|t| &**t).collect();
    assert_eq!(traces, ["first", "second", "third"]);
    let done = model.use_it("Suspended", Value::Unit).unwrap();
    // each is built once and run as often as it is used
    assert_eq!(done.traces.len(), 2);
    assert_eq!(result(&done), Value::Int64(4));
    let done = model.use_it("Loop", Value::Int64(10_000)).unwrap();
    assert_eq!(result(&done), Value::Int64(50_005_000));
}

#[test]
fn witnesses_see_what_is_below_and_strangers_are_divulged_to() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let show = model.exercise_command("Asset", &asset, "Show", to("carol"));
    let done = model.submit(&["bob"], vec![show]).unwrap();
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

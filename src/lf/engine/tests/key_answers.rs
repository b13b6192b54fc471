//! What the ledger may answer about keys, and what an interpretation makes of any sequence of
//! commands.

use std::sync::Arc;

use proptest::prelude::*;

use super::keys_model::{Keys, item, key};
use super::model::record;
use super::replays::check_replays;
use super::support::{party, submission};
use crate::lf::engine::{Command, Interpreted, Step};
use crate::lf::error::{Error, UpgradeFailure};
use crate::lf::transaction::{ContractInstance, KeyInput, KeyQuestion};
use crate::lf::value::Value;
use crate::model::{ContractId, Hash};

type Answer = Vec<(ContractId, Arc<ContractInstance>)>;

/// Runs a command of alice's with answers about keys that a test gives.
fn run(
    keys: &Keys,
    command: Command,
    mut answer: impl FnMut(&KeyQuestion) -> Answer,
) -> Result<Interpreted, Error> {
    let submission = submission(&keys.engine, vec![command], [party("alice")], 77);
    let mut interpretation = keys.engine.submit(submission);
    loop {
        match interpretation.run() {
            Step::NeedKey(question) => interpretation.answer_key(answer(&question)),
            Step::NeedContract(id) => {
                interpretation.answer_contract(keys.ledger.contracts.get(&id).cloned());
            }
            Step::NeedPackage(_) => interpretation.answer_package(false),
            Step::Paused => {}
            Step::Done(done) => return Ok(*done),
            Step::Failed(error) => return Err(error),
        }
    }
}

fn query(keys: &Keys, limit: i64) -> Command {
    let ask = record(vec![Value::Int64(limit), key("alice", "x")]);
    keys.user("alice", "Query", ask)
}

fn instance(keys: &Keys, id: &ContractId) -> (ContractId, Arc<ContractInstance>) {
    (id.clone(), keys.ledger.contracts[id].clone())
}

fn both(id: &ContractId) -> Value {
    record(vec![Value::ContractId(id.clone()), key("alice", "x")])
}

#[test]
fn the_ledger_is_asked_for_what_is_missing_and_told_what_it_told() {
    let keys = Keys::new(false);
    let mut asked = Vec::new();
    let twice = record(vec![Value::Int64(3), key("alice", "x")]);
    let command = keys.user("alice", "QueryTwice", twice);
    run(&keys, command, |question| {
        asked.push((question.wanted, question.told.clone()));
        keys.ledger.with_key(question)
    })
    .unwrap();
    assert_eq!(asked, [(1, Vec::new()), (2, vec![keys.items[2].clone()])]);
}

#[test]
fn more_contracts_than_were_wanted_are_not_looked_at() {
    let keys = Keys::new(false);
    let all = |_: &KeyQuestion| keys.items.iter().map(|id| instance(&keys, id)).collect();
    let done = run(&keys, query(&keys, 2), all).unwrap();
    let told: Vec<KeyInput> = done.keys.into_values().collect();
    let contracts = keys.items[..2].to_vec();
    let complete = false;
    assert_eq!(
        told,
        [KeyInput {
            contracts,
            complete
        }]
    );
    assert!(!done.inputs.contains_key(&keys.items[2]));
}

#[test]
fn a_contract_that_is_told_twice_counts_once() {
    let keys = Keys::new(false);
    let same = |_: &KeyQuestion| {
        vec![
            instance(&keys, &keys.items[0]),
            instance(&keys, &keys.items[0]),
        ]
    };
    let asked = std::cell::Cell::new(0);
    let answer = |question: &KeyQuestion| {
        asked.set(asked.get() + 1);
        if asked.get() == 1 {
            same(question)
        } else {
            Vec::new()
        }
    };
    let done = run(&keys, query(&keys, 2), answer).unwrap();
    let told: Vec<KeyInput> = done.keys.into_values().collect();
    let contracts = keys.items[..1].to_vec();
    let complete = true;
    assert_eq!(
        told,
        [KeyInput {
            contracts,
            complete
        }]
    );
}

#[test]
fn a_contract_with_another_key_is_refused() {
    let mut keys = Keys::new(false);
    let other = keys.item("alice", "other", 1, &[]);
    let error = run(&keys, query(&keys, 2), |_| vec![instance(&keys, &other)]);
    assert!(
        matches!(error, Err(Error::InconsistentContractKey(_))),
        "{error:?}"
    );
}

#[test]
fn a_contract_that_pretends_to_have_a_key_is_refused() {
    let keys = Keys::new(false);
    // the id authenticates the contract, the template says another key
    let mut forged = ContractInstance::clone(&keys.ledger.contracts[&keys.items[0]]);
    forged.argument = record(item("alice", "other", 1, &["bob"]));
    let forged = Arc::new(forged);
    let id = forged.id_with(&Hash::from_bytes([1; 32]));
    let error = run(&keys, query(&keys, 2), |_| {
        vec![(id.clone(), forged.clone())]
    });
    let Err(Error::Upgrade(failure)) = error else {
        panic!("{error:?}")
    };
    let UpgradeFailure::Validation {
        original,
        recomputed,
        ..
    } = *failure
    else {
        panic!("{failure:?}")
    };
    assert_ne!(original.key, recomputed.key);
}

#[test]
fn a_contract_that_is_used_by_its_id_must_be_among_those_with_its_key() {
    let keys = Keys::new(false);
    let hidden = &keys.items[0];
    for choice in ["FetchThenQuery", "QueryThenFetch"] {
        let command = keys.user("alice", choice, both(hidden));
        let answer = |question: &KeyQuestion| {
            let mut found = keys.ledger.with_key(question);
            found.retain(|(id, _)| id != hidden);
            found
        };
        let error = run(&keys, command, answer).unwrap_err();
        assert!(
            matches!(error, Error::InconsistentContractKey(_)),
            "{choice}"
        );
        assert_eq!(
            error.to_string(),
            "Interpretation error: Error: Update failed due to an inconsistent contract key { <no-label> = 'alice', <no-label> = \"x\" }"
        );
    }
}

#[test]
fn contracts_of_other_parties_with_the_same_key_are_others() {
    let mut keys = Keys::new(false);
    keys.item("bob", "x", 9, &["alice"]);
    let command = keys.user("alice", "Number", key("bob", "x"));
    let done = run(&keys, command, |question| keys.ledger.with_key(question)).unwrap();
    assert_eq!(super::model::result(&done), Value::Int64(9));
}

/// A command of alice's that uses keys.
fn command() -> impl Strategy<Value = (usize, &'static str, i64)> {
    const CHOICES: [&str; 14] = [
        "Create",
        "Archive",
        "Rename",
        "Get",
        "Number",
        "Query",
        "QueryTwice",
        "Exercise",
        "Twin",
        "ArchiveTwo",
        "CreateTwo",
        "CreateArchive",
        "RollBackQuery",
        "Waiting",
    ];
    (0..3_usize, prop::sample::select(&CHOICES[..]), 1..5_i64)
}

fn build(keys: &Keys, (name, choice, number): (usize, &'static str, i64)) -> Command {
    let name = ["x", "y", "z"][name];
    let key = key("alice", name);
    match choice {
        "Create" => Command::Create {
            template: keys.id("Item"),
            argument: record(item("alice", name, number, &[])),
        },
        "Archive" => keys.by_key(key, choice, Value::Unit),
        "Rename" => keys.by_key(key, choice, Value::Text("z".into())),
        "Get" => keys.by_key(key, choice, Value::Party(party("alice"))),
        "Query" | "QueryTwice" => {
            keys.user("alice", choice, record(vec![Value::Int64(number), key]))
        }
        _ => keys.user("alice", choice, key),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn whatever_is_done_with_keys_can_be_interpreted_again(
        commands in prop::collection::vec(command(), 1..6),
        rollback_effects: bool,
    ) {
        let keys = Keys::new(rollback_effects);
        let commands = commands.into_iter().map(|command| build(&keys, command)).collect();
        let submission = submission(&keys.engine, commands, [party("alice")], 77);
        if let Ok(done) = keys.ledger.interpret(keys.engine.submit(submission)) {
            check_replays(&keys.engine, &keys.ledger, &done);
        }
    }
}

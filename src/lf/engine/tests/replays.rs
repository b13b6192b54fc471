//! The same again: determinism, and re-interpretation of transactions and their parts.

use std::sync::Arc;

use super::generate::{Generator, parties};
use super::model::{Model, alice, bob, contract, record};
use super::support::{Ledger, submission, time, with_dar};
use crate::lf::engine::{Engine, Interpreted, Replay, ReplayCommand, ReplayRoot};
use crate::lf::error::Error;
use crate::lf::transaction::{Node, NodeId};
use crate::lf::value::Value;

/// Re-interprets everything and each node on its own.
pub(super) fn check_replays(engine: &Engine, ledger: &Ledger, done: &Interpreted) {
    let transaction = &done.transaction;
    let roots = transaction.roots.iter().zip(&done.root_seeds);
    let roots = roots.map(|(id, seed)| root(done, *id, *seed)).collect();
    let whole = replay(done, roots, parties());
    let mut told = ledger.clone();
    told.keys = Some(transaction.key_inputs());
    let again = told.interpret(engine.replay(whole)).unwrap();
    assert_eq!(again.transaction.to_bytes(), transaction.to_bytes());
    assert_eq!(again.node_seeds, done.node_seeds);
    assert_eq!(again.time_bounds, done.time_bounds);

    // what a node needs may have been created before it in the same transaction
    let mut before = ledger.clone();
    for index in 0..transaction.nodes.len() {
        let id = NodeId(u32::try_from(index).unwrap());
        let node = &transaction.nodes[index];
        if let Node::Rollback(_) = node {
            continue;
        }
        let seed = done.node_seeds.get(&id).copied();
        let part = replay(
            done,
            vec![root(done, id, seed)],
            node.required_authorizers(),
        );
        let expected = transaction.subtransaction(id).unwrap();
        before.keys = Some(expected.key_inputs());
        let again = before.interpret(engine.replay(part)).unwrap();
        assert_eq!(again.transaction.to_bytes(), expected.to_bytes());
        if let Node::Create(create) = node {
            let salt = crate::lf::transaction::ContractInstance::salt_of(&seed.unwrap());
            let instance =
                crate::lf::transaction::ContractInstance::of_create(create, time(), salt);
            before
                .contracts
                .insert(create.contract_id.clone(), Arc::new(instance));
        }
    }
}

fn root(done: &Interpreted, id: NodeId, seed: Option<crate::model::Hash>) -> ReplayRoot {
    ReplayRoot {
        command: ReplayCommand::of(done.transaction.node(id).unwrap()).unwrap(),
        seed,
    }
}

fn replay(
    done: &Interpreted,
    roots: Vec<ReplayRoot>,
    authorizers: impl IntoIterator<Item = crate::model::Party>,
) -> Replay {
    Replay {
        roots,
        authorizers: authorizers.into_iter().collect(),
        package_preference: Arc::new(done.package_preference.clone()),
        ledger_time: time(),
        preparation_time: time(),
        cancelled: Arc::default(),
    }
}

#[test]
fn transactions_and_all_their_parts_can_be_interpreted_again() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let user = model.create("User", vec![bob()]);
    let one = record(vec![contract(&asset), Value::Optional(None)]);
    let id = contract(&asset);
    for (choice, argument) in [
        ("Fetch", one.clone()),
        ("FetchInterface", id.clone()),
        ("TakeTwice", id),
        ("Catch", one),
        ("Now", Value::Unit),
        ("Loop", Value::Int64(10)),
    ] {
        let commands = vec![
            model.exercise_command("User", &user, choice, argument),
            model.create_command("Asset", vec![alice(), bob(), Value::Int64(1)]),
        ];
        let submission = submission(&model.engine, commands, parties(), 77);
        let done = model
            .ledger
            .interpret(model.engine.submit(submission))
            .unwrap();
        check_replays(&model.engine, &model.ledger, &done);
    }
}

#[test]
fn a_replay_with_another_seed_or_another_authority_differs() {
    let mut model = Model::new();
    let asset = model.asset(5);
    let give = model.exercise_command("Asset", &asset, "Give", record(vec![alice()]));
    let submission = submission(&model.engine, vec![give], parties(), 7);
    let done = model
        .ledger
        .interpret(model.engine.submit(submission))
        .unwrap();
    let other = Some(crate::model::Hash::from_bytes([1; 32]));
    let replayed = replay(&done, vec![root(&done, NodeId(0), other)], parties());
    let again = model
        .ledger
        .interpret(model.engine.replay(replayed))
        .unwrap();
    assert_ne!(again.transaction, done.transaction);
    let unauthorised = replay(&done, vec![root(&done, NodeId(0), other)], []);
    assert!(
        model
            .ledger
            .interpret(model.engine.replay(unauthorised))
            .is_err()
    );
}

#[test]
fn a_replay_that_no_command_could_have_made_is_refused() {
    let mut model = Model::new();
    let command = model.create_command("Asset", vec![alice(), bob(), Value::Int64(5)]);
    let done = model.submit(&["alice"], vec![command]).unwrap();
    let unseeded = replay(&done, vec![root(&done, NodeId(0), None)], parties());
    let refused = model.ledger.interpret(model.engine.replay(unseeded));
    let reason = "a root node without a seed".to_owned();
    assert_eq!(refused, Err(Error::RootNode(reason)));

    // a contract that is there already is created again
    let asset = done.transaction.nodes[0].contract_id().unwrap();
    let fetch = ReplayCommand::Fetch {
        template: model.id("Asset"),
        interface: None,
        contract_id: asset.clone(),
        by_key: None,
    };
    let fetched = ReplayRoot {
        command: fetch,
        seed: None,
    };
    let again = root(&done, NodeId(0), done.root_seeds[0]);
    let mut twice = replay(&done, vec![fetched, again], parties());
    // the seeds of roots have the numbers of the roots
    twice.roots[1].seed = done.root_seeds[0];
    let refused = model.ledger.interpret(model.engine.replay(twice));
    assert_eq!(refused, Err(Error::DuplicateContractId(asset.clone())));
}

/// The same commands give the same bytes: in another engine, whatever ran before, on any thread.
#[test]
fn the_same_input_gives_the_same_bytes() {
    let run = |warm: bool| {
        let mut model = Model::new();
        if warm {
            model.use_it("Loop", Value::Int64(1000)).unwrap();
            model.ledger = Ledger::default();
        }
        let asset = model.asset(5);
        let done = model.use_it("TakeTwice", contract(&asset)).unwrap();
        (done.transaction.to_bytes(), done.node_seeds)
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn real_transactions_can_be_interpreted_again() {
    for name in [
        "CantonExamples-3.2.0",
        "splice-test-token-v1-1.0.0",
        "splice-amulet-0.1.8",
    ] {
        let Some((engine, _)) = with_dar(name) else {
            return;
        };
        let mut replayed = 0;
        let signatures = engine.signatures();
        for package in signatures.packages() {
            for (template, signature) in &package.templates {
                let mut ledger = Ledger::default();
                let mut generator = Generator::new(&engine, &signatures, &mut ledger, 0);
                let Ok(contract) = generator.create(template, 0) else {
                    continue;
                };
                for (choice, choice_signature) in &signature.choices {
                    let argument = &choice_signature.argument;
                    let mut generator = Generator::new(&engine, &signatures, &mut ledger, 0);
                    let command = generator.exercise(template, &contract, choice, argument);
                    let submission = submission(&engine, vec![command], parties(), 99);
                    if let Ok(done) = ledger.interpret(engine.submit(submission)) {
                        check_replays(&engine, &ledger, &done);
                        replayed += 1;
                    }
                }
            }
        }
        assert!(replayed >= 3, "{name}: {replayed}");
    }
}

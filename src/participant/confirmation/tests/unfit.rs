//! Requests whose parts don't fit together, or that a participant has not agreed to run.

use std::collections::BTreeMap;

use super::world::{Checked, World, numeric, record, text};
use crate::lf::engine::{Command, Interpreted};
use crate::lf::value::Value;
use crate::participant::submission::ConfirmationRequest;
use crate::protocol::{Forest, RequestTree, View};
use crate::topology::{Mapping, Transaction};

/// What the bank offers Alice.
fn issuance(world: &World) -> Command {
    let (bank, alice) = (world.bank.party.clone(), world.alice.party.clone());
    let fields = vec![
        Value::Party(bank),
        Value::Party(alice),
        text("gold"),
        numeric("1.0000000000"),
    ];
    world.create("Issuance", vec![record(fields)])
}

fn by_bank(world: &World, interpreted: &Interpreted) -> ConfirmationRequest {
    let bank = &world.bank;
    world.request(&bank.participant, &[&bank.party], interpreted)
}

/// What the bank makes of a request with other views.
fn with_views(world: &World, request: &ConfirmationRequest, views: Vec<View>) -> Checked {
    let mut forest = Forest::default();
    for view in views {
        forest.push(None, view);
    }
    let tree = RequestTree {
        views: forest,
        ..request.tree.clone()
    };
    let (root, views) = tree.light_views();
    world.check_views(&world.bank, &tree, root, views)
}

fn only_view(request: &ConfirmationRequest) -> View {
    let mut views = request.tree.views.iter();
    let view = views.next().unwrap().clone();
    assert!(views.next().is_none());
    view
}

fn alarm(checked: &Checked) -> &str {
    let problem = checked.problem.as_ref().unwrap();
    assert!(problem.reject.malformed, "{problem:?}");
    &problem.detail
}

#[test]
fn views_that_create_or_archive_the_same_contract_twice_or_too_early_are_rejected() {
    let mut world = World::new();
    let command = issuance(&world);
    let bank = world.bank.party.clone();
    let issued = world.interpret(&[&bank], vec![command]);
    let creates = by_bank(&world, &issued);
    let id = issued.transaction.nodes[0].contract_id().unwrap().clone();
    let command = world.exercise("Issuance", &id, "Cancel", Vec::new());
    let cancelled = world.interpret(&[&bank], vec![command]);
    let archives = by_bank(&world, &cancelled);
    let (create, archive) = (only_view(&creates), only_view(&archives));

    let twice = with_views(&world, &creates, vec![create.clone(), create.clone()]);
    assert!(alarm(&twice).contains("is created twice"));
    let twice = with_views(&world, &archives, vec![archive.clone(), archive.clone()]);
    assert!(alarm(&twice).contains("is used after it is archived"));
    let early = with_views(&world, &creates, vec![archive.clone(), create.clone()]);
    assert!(alarm(&early).contains("is used before it is created"));
    // in their order they fit
    let fits = with_views(&world, &creates, vec![create, archive]);
    assert_eq!(fits.problem, None);
}

#[test]
fn a_request_with_a_package_that_a_participant_has_not_vetted_is_rejected_by_it() {
    let mut world = World::new();
    let command = issuance(&world);
    let bank = world.bank.party.clone();
    let interpreted = world.interpret(&[&bank], vec![command]);
    let request = by_bank(&world, &interpreted);
    assert_eq!(world.check(&world.alice, &request).unwrap().problem, None);
    let none = Transaction {
        serial: 2,
        ..Transaction::first(Mapping::VettedPackages {
            participant: world.alice.participant.clone(),
            packages: BTreeMap::new(),
        })
    };
    world
        .topology
        .apply(&none.sign(&[&world.alice.key]))
        .unwrap();
    let problem = world.check(&world.alice, &request).unwrap().problem;
    let reject = problem.unwrap().reject;
    assert!(reject.error_id.contains("VETTED"), "{reject:?}");
    assert!(!reject.malformed);
    // others have
    assert_eq!(world.check(&world.bank, &request).unwrap().problem, None);
}

#[test]
fn bytes_that_are_no_action_are_rejected() {
    let mut world = World::new();
    let command = issuance(&world);
    let bank = world.bank.party.clone();
    let interpreted = world.interpret(&[&bank], vec![command]);
    let request = by_bank(&world, &interpreted);
    let view = only_view(&request);
    let action = view.data.content().action.clone();
    for end in 0..action.len() {
        let mut data = view.data.content().clone();
        data.action = action.slice(..end);
        let truncated = View {
            data: crate::protocol::Leaf::new(data),
            ..view.clone()
        };
        let checked = with_views(&world, &request, vec![truncated]);
        assert!(!alarm(&checked).is_empty(), "{end} bytes");
    }
    let whole = with_views(&world, &request, vec![view]);
    assert_eq!(whole.problem, None);
}

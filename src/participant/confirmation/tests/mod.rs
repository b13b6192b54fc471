//! What honest participants make of requests, honest and not.

#![allow(clippy::unwrap_used)]

mod forged;
mod honest;
mod overtaken;
mod unfit;
mod world;

use crate::lf::value::Value;
use crate::participant::submission::ConfirmationRequest;
use world::{World, numeric, record, text};

/// Delivery versus payment: Bob settles what Alice has proposed. The bank sees the delivery and the
/// payment, and not what holds them together.
fn settlement(world: &mut World) -> ConfirmationRequest {
    let (bank, alice, bob) = [&world.bank, &world.alice, &world.bob]
        .map(|it| it.party.clone())
        .into();
    let asset = |owner: &crate::model::Party, instrument: &str| {
        vec![
            Value::Party(bank.clone()),
            Value::Party(owner.clone()),
            text(instrument),
            numeric("10.0000000000"),
        ]
    };
    let command = world.create("Asset", asset(&alice, "bond"));
    let bond = world.make(&[&bank, &alice], command);
    let command = world.create("Asset", asset(&bob, "cash"));
    let cash = world.make(&[&bank, &bob], command);
    let allocate = vec![Value::Party(bob.clone()), text("for Bob")];
    let command = world.exercise("Asset", &bond, "Allocate", allocate);
    let allocation = world.make(&[&alice], command);
    let price = vec![Value::Party(bank), text("cash"), numeric("10.0000000000")];
    let proposal = vec![
        Value::Party(alice.clone()),
        Value::Party(bob.clone()),
        Value::ContractId(allocation),
        text("bond"),
        numeric("10.0000000000"),
        record(price),
        text("the deal"),
    ];
    let command = world.create("Settlement", proposal);
    let proposed = world.make(&[&alice], command);
    let settle = world.exercise(
        "Settlement",
        &proposed,
        "Settle",
        vec![Value::ContractId(cash)],
    );
    let interpreted = world.interpret(&[&bob], vec![settle]);
    world.request(&world.bob.participant, &[&bob], &interpreted)
}

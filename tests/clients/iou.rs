//! Commands of the model `CantonExamples`: a bank's promise to its holder.

use canton_ledger::{create, exercise, identifier, record, value};
use canton_proto::com::daml::ledger::api::v2 as api;

/// The DAR that has it.
pub const DAR: &str = "CantonExamples-3.2.0";

/// Its main package, by name and by id.
pub const PACKAGE: &str = "#CantonExamples";
pub const PACKAGE_ID: &str = "f94329fba82051bcda20be2fc1c4bd3ca00c71a3609df1afa6a353177d3db9bb";

/// The template.
pub fn template() -> api::Identifier {
    identifier(PACKAGE, "Iou", "Iou")
}

/// A template of one party's own.
pub fn dummy() -> api::Identifier {
    identifier(PACKAGE, "Iou", "Dummy")
}

/// The payer promises an amount to the owner.
pub fn issue(payer: &str, owner: &str, amount: &str) -> api::Command {
    create(template(), argument(payer, owner, amount))
}

/// What an Iou is made of.
pub fn argument(payer: &str, owner: &str, amount: &str) -> api::Record {
    let amount = record(vec![
        ("value", wrap(api::value::Sum::Numeric(amount.to_owned()))),
        ("currency", value::text("USD")),
    ]);
    record(vec![
        ("payer", value::party(payer)),
        ("owner", value::party(owner)),
        ("amount", value::record(amount)),
        ("viewers", list(Vec::new())),
    ])
}

/// The owner hands the Iou over.
pub fn transfer(contract_id: &str, new_owner: &str) -> api::Command {
    exercise_on(
        contract_id,
        "Transfer",
        vec![("newOwner", value::party(new_owner))],
    )
}

/// A choice of an Iou.
pub fn exercise_on(
    contract_id: &str,
    choice: &str,
    argument: Vec<(&str, api::Value)>,
) -> api::Command {
    let argument = value::record(record(argument));
    exercise(template(), contract_id, choice, argument)
}

/// A contract of one party's own.
pub fn create_dummy(party: &str) -> api::Command {
    create(dummy(), record(vec![("party", value::party(party))]))
}

/// The owner of an Iou.
pub fn owner(created: &api::CreatedEvent) -> &str {
    let arguments = created.create_arguments.as_ref().unwrap();
    let owner = arguments.fields.iter().find(|field| field.label == "owner");
    match &owner.unwrap().value.as_ref().unwrap().sum {
        Some(api::value::Sum::Party(party)) => party,
        other => panic!("no party: {other:?}"),
    }
}

/// A value of the wire.
pub fn wrap(sum: api::value::Sum) -> api::Value {
    api::Value { sum: Some(sum) }
}

/// A list.
pub fn list(elements: Vec<api::Value>) -> api::Value {
    wrap(api::value::Sum::List(api::List { elements }))
}

//! From the Ledger API's answers to what is shown. Pure.

use canton_proto::com::daml::ledger::api::v2 as api;

use api::event::Event as ApiEvent;
use api::value::Sum;

use super::scene::{Event, Happening, Holding};
use crate::ledger_client::value;
use crate::model::Timestamp;

/// The readable part of a party: what stands before `::`.
pub(super) fn short(party: &str) -> &str {
    party.split("::").next().unwrap_or(party)
}

/// The events of a transaction with all effects, as the trees that they are.
pub(super) fn forest(transaction: &api::Transaction) -> Vec<Event> {
    let events = transaction.events.iter().filter_map(|it| it.event.as_ref());
    let mut events = events.peekable();
    events_up_to(i32::MAX, &mut events)
}

/// Events come in the order in which they happen; those that follow from an exercise stand behind it,
/// up to its last descendant.
fn events_up_to<'a>(
    last: i32,
    events: &mut std::iter::Peekable<impl Iterator<Item = &'a ApiEvent>>,
) -> Vec<Event> {
    let mut found = Vec::new();
    while let Some(event) = events.next_if(|event| node_id(event) <= last) {
        found.push(match event {
            ApiEvent::Created(created) => Event {
                template: entity(created.template_id.as_ref()),
                what: Happening::Created {
                    asset: holding(created),
                },
                consequences: Vec::new(),
            },
            ApiEvent::Exercised(exercised) => Event {
                template: entity(exercised.template_id.as_ref()),
                what: Happening::Exercised {
                    choice: exercised.choice.clone(),
                    by: names(&exercised.acting_parties),
                    consuming: exercised.consuming,
                },
                consequences: events_up_to(exercised.last_descendant_node_id, events),
            },
            // only where effects were not asked for
            ApiEvent::Archived(archived) => Event {
                template: entity(archived.template_id.as_ref()),
                what: Happening::Exercised {
                    choice: "Archive".to_owned(),
                    by: Vec::new(),
                    consuming: true,
                },
                consequences: Vec::new(),
            },
        });
    }
    found
}

fn node_id(event: &ApiEvent) -> i32 {
    match event {
        ApiEvent::Created(event) => event.node_id,
        ApiEvent::Archived(event) => event.node_id,
        ApiEvent::Exercised(event) => event.node_id,
    }
}

fn entity(template: Option<&api::Identifier>) -> String {
    template.map_or_else(String::new, |id| id.entity_name.clone())
}

fn names(parties: &[String]) -> Vec<String> {
    let mut names: Vec<String> = parties.iter().map(|it| short(it).to_owned()).collect();
    names.sort();
    names
}

/// The asset that a contract is; none if it is something else.
pub(super) fn holding(contract: &api::CreatedEvent) -> Option<Holding> {
    if !value::is_of(contract, "Asset") {
        return None;
    }
    let arguments = contract.create_arguments.as_ref()?;
    let Sum::Party(owner) = value::field(arguments, 1, "owner")? else {
        return None;
    };
    let Sum::Text(instrument) = value::field(arguments, 2, "instrument")? else {
        return None;
    };
    let Sum::Numeric(amount) = value::field(arguments, 3, "amount")? else {
        return None;
    };
    Some(Holding {
        instrument: instrument.clone(),
        amount: readable(amount),
        owner: short(owner).to_owned(),
    })
}

/// A decimal number without the zeros that say nothing, thousands apart.
fn readable(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut grouped = sign.to_owned();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction.trim_end_matches('0') {
        "" => grouped,
        fraction => format!("{grouped}.{fraction}"),
    }
}

/// When the domain gave the verdict.
pub(super) fn record_time(transaction: &api::Transaction) -> Option<Timestamp> {
    let time = transaction.record_time.as_ref()?;
    let micros = time.seconds.checked_mul(1_000_000)?;
    Timestamp::from_micros(micros.checked_add(i64::from(time.nanos) / 1_000)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exercised(node_id: i32, last: i32, choice: &str) -> api::Event {
        api::Event {
            event: Some(ApiEvent::Exercised(api::ExercisedEvent {
                node_id,
                last_descendant_node_id: last,
                template_id: Some(value::template("jura-demo", "Demo", "Asset")),
                choice: choice.to_owned(),
                acting_parties: vec!["Bob::12".to_owned(), "Alice::12".to_owned()],
                consuming: true,
                ..Default::default()
            })),
        }
    }

    fn created(node_id: i32) -> api::Event {
        let asset = value::record([
            ("issuer", value::party("Bank::12")),
            ("owner", value::party("Bob::12")),
            ("instrument", value::text("USD")),
            ("amount", value::numeric("1234567.5000000000")),
        ]);
        api::Event {
            event: Some(ApiEvent::Created(api::CreatedEvent {
                node_id,
                template_id: Some(value::template("jura-demo", "Demo", "Asset")),
                create_arguments: Some(asset),
                ..Default::default()
            })),
        }
    }

    #[test]
    fn what_follows_from_an_exercise_stands_below_it() {
        let transaction = api::Transaction {
            // 1 and 6 are not for this party
            events: vec![
                exercised(0, 5, "Settle"),
                exercised(2, 3, "Deliver"),
                created(3),
                created(5),
                created(7),
            ],
            ..Default::default()
        };
        let forest = forest(&transaction);
        assert_eq!(forest.len(), 2);
        assert_eq!(forest[0].consequences.len(), 2);
        assert_eq!(forest[0].consequences[0].consequences.len(), 1);
        let Happening::Exercised { by, .. } = &forest[0].what else {
            panic!("{forest:?}");
        };
        assert_eq!(by, &["Alice", "Bob"]);
        let Happening::Created { asset: Some(asset) } = &forest[1].what else {
            panic!("{forest:?}");
        };
        assert_eq!(
            (asset.amount.as_str(), asset.owner.as_str()),
            ("1,234,567.5", "Bob")
        );
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        assert_eq!(readable("100.0000000000"), "100");
        assert_eq!(readable("-1000.2500000000"), "-1,000.25");
        assert_eq!(readable("0.0000000001"), "0.0000000001");
        assert_eq!(readable("7"), "7");
    }
}

//! A story as it may go, for tests of what it looks like.

use std::net::SocketAddr;
use std::time::Duration;

use super::scene::{Change, Event, Happening, Holding, Host, Places, Scene, Seen, Service};
use crate::model::Timestamp;

pub(super) fn story() -> Vec<Scene> {
    let mut scenes = vec![
        Scene::Title,
        Scene::Note(
            "port 6875, meant for the Ledger API of participant2, is in use: a free one is taken instead".to_owned(),
        ),
        step(
            "one domain and three participants are up: 19 supervised actors",
            912_000,
        ),
        Scene::Network {
            participants: vec![
                host("participant1", &["Alice"], 6865),
                host("participant2", &["Bob"], 40_123),
                host("participant3", &["Bank"], 6885),
            ],
            domain: "domain1".to_owned(),
        },
        Scene::Chapter("The trade: a bond against cash"),
        step("Bank issues 100 BOND to Alice, who accepts", 31_400),
        step(
            "Bob settles: delivery and payment in one atomic transaction",
            17_250,
        ),
        transaction(),
        Scene::Holdings(changes()),
        Scene::Chapter("The same cash once more"),
        step("Bob tries to spend the 950 USD again: refused", 2_100),
    ];
    scenes.extend([
        Scene::Refused {
            id: "CONTRACT_NOT_FOUND".to_owned(),
            message: format!(
                "CONTRACT_NOT_FOUND(11,0a1b2c3d): Contract could not be found with id 00{}",
                "ab".repeat(40)
            ),
        },
        Scene::Chapter("What the others cannot know"),
        Scene::Stored {
            text: "terms between Alice and Bob",
            components: vec![
                ("domain1_mediator".to_owned(), false),
                ("participant1".to_owned(), true),
                ("participant3".to_owned(), false),
            ],
        },
        Scene::Addresses(places()),
        Scene::End {
            serves: true,
            took: Duration::from_millis(1_240),
        },
    ]);
    scenes
}

fn step(done: &str, micros: u64) -> Scene {
    Scene::Step {
        done: done.to_owned(),
        took: Duration::from_micros(micros),
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn host(participant: &'static str, parties: &[&'static str], port: u16) -> Host {
    Host {
        participant,
        parties: parties.to_vec(),
        ledger_api: address(port),
    }
}

fn holding(amount: &str, instrument: &str, owner: &str) -> Holding {
    Holding {
        instrument: instrument.to_owned(),
        amount: amount.to_owned(),
        owner: owner.to_owned(),
    }
}

fn exercised(template: &str, choice: &str, by: &[&str], consequences: Vec<Event>) -> Event {
    Event {
        template: template.to_owned(),
        what: Happening::Exercised {
            choice: choice.to_owned(),
            by: by.iter().map(|it| (*it).to_owned()).collect(),
            consuming: true,
        },
        consequences,
    }
}

fn created(asset: Holding) -> Vec<Event> {
    vec![Event {
        template: "Asset".to_owned(),
        what: Happening::Created { asset: Some(asset) },
        consequences: Vec::new(),
    }]
}

fn transaction() -> Scene {
    let both = ["Alice", "Bob"];
    let bond = created(holding("100", "BOND", "Bob"));
    let cash = created(holding("950", "USD", "Alice"));
    let legs = vec![
        exercised("Allocation", "Deliver", &both, bond),
        exercised("Asset", "Transfer", &both, cash),
    ];
    let whole = vec![exercised("Settlement", "Settle", &["Bob"], legs.clone())];
    let seen = |party, participant, offset, after, events| Seen {
        party,
        participant,
        offset,
        after: Duration::from_micros(after),
        events,
    };
    Scene::Transaction {
        update_id: format!("1220{}", "c0".repeat(32)),
        record_time: Timestamp::from_micros(1_790_000_000_123_456).unwrap(),
        seen: vec![
            seen("Bob", "participant2", 9, 18_300, whole.clone()),
            seen("Alice", "participant1", 12, 19_800, whole),
            seen("Bank", "participant3", 11, 21_000, legs),
        ],
    }
}

fn changes() -> Vec<Change> {
    let bond = |owner| holding("100", "BOND", owner);
    let (whole, paid, rest) = (
        holding("1,000", "USD", "Bob"),
        holding("950", "USD", "Alice"),
        holding("50", "USD", "Bob"),
    );
    let change = |party, participant, before, after| Change {
        party,
        participant,
        before,
        after,
    };
    vec![
        change(
            "Bank",
            "participant3",
            vec![bond("Alice"), whole.clone()],
            vec![bond("Bob"), rest.clone(), paid.clone()],
        ),
        change("Alice", "participant1", vec![bond("Alice")], vec![paid]),
        change("Bob", "participant2", vec![whole], vec![bond("Bob"), rest]),
    ]
}

fn service(name: &str, port: u16, remark: &'static str) -> Service {
    Service {
        name: name.to_owned(),
        address: address(port),
        remark,
    }
}

fn places() -> Places {
    Places {
        program: "target/release/jura".to_owned(),
        services: vec![
            service("participant1 Ledger API", 6865, ""),
            service("participant1 Admin API", 6866, ""),
            service("participant2 Ledger API", 40_123, ""),
        ],
        monitoring: Some(address(6870)),
    }
}

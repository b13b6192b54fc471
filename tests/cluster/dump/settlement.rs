//! Real packages, the token standard and an application that settles trades on it: each party at a
//! participant in a process of its own, and everything between participants and domain kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::dars;
use super::super::ledger::Ledger;
use super::super::process::Jura;
use super::super::server;
use super::search::{check, contains, dump, is_logged};
use super::standard::{Actor, Instrument, Leg};
use super::traffic::Wire;

/// The packages: who keeps the books of a token has the first alone.
const TOKEN: &str = "splice-test-token-v1-1.0.0";
const TRADING: &str = "splice-token-test-trading-app-1.0.0";

/// Participants, each with the party of the same name.
const VENUE: &str = "venue";
const ALICE: &str = "alice";
const BOB: &str = "bob";
const BOND_ADMIN: &str = "bondadmin";
const CASH_ADMIN: &str = "cashadmin";
const PARTICIPANTS: [&str; 5] = [VENUE, ALICE, BOB, BOND_ADMIN, CASH_ADMIN];

/// Names of tokens: the books, the holder, and all who have a part in the trade.
const BOND: &str = "BOND-0d1f7e52";
const CASH: &str = "CASH-b7320c9a";
/// Names and notes of the legs.
const DELIVERY: &str = "DELIVERY-41ab66f0";
const DELIVERY_NOTE: &str = "AGREED-9c0e3d17";
const PAYMENT: &str = "PAYMENT-e82f5b3c";
const PAYMENT_NOTE: &str = "AGREED-2765fa48";
/// With what the tokens came to their holders.
const BOND_ISSUED: &str = "ISSUED-6e90b1d4";
const CASH_ISSUED: &str = "ISSUED-f30a82c5";
/// With what they were set aside for the trade: a part of a choice of which the venue sees the outcome alone.
const BOND_SET_ASIDE: &str = "SETASIDE-17d4c9e6";
const CASH_SET_ASIDE: &str = "SETASIDE-ac58037b";
/// With what each leg was settled.
const BOND_SETTLED: &str = "SETTLED-50b2e7f1";
const CASH_SETTLED: &str = "SETTLED-cd9614a8";
/// An offer before the trade, which was refused.
const REFUSED: &str = "REFUSED-8830f5bd";
/// The workflow of the settlement, and the command.
const WORKFLOW: &str = "WORKFLOW-72ce4d09";
const COMMAND: &str = "COMMAND-3fb190e6";

/// Who may have which text.
const ENTITLED: [(&str, &[&str]); 15] = [
    (BOND, &[VENUE, ALICE, BOB, BOND_ADMIN]),
    (CASH, &[VENUE, ALICE, BOB, CASH_ADMIN]),
    (DELIVERY, &[VENUE, ALICE, BOB, BOND_ADMIN]),
    (DELIVERY_NOTE, &[VENUE, ALICE, BOB, BOND_ADMIN]),
    (PAYMENT, &[VENUE, ALICE, BOB, CASH_ADMIN]),
    (PAYMENT_NOTE, &[VENUE, ALICE, BOB, CASH_ADMIN]),
    (BOND_ISSUED, &[ALICE, BOND_ADMIN]),
    (CASH_ISSUED, &[BOB, CASH_ADMIN]),
    (BOND_SET_ASIDE, &[ALICE, BOND_ADMIN]),
    (CASH_SET_ASIDE, &[BOB, CASH_ADMIN]),
    (BOND_SETTLED, &[VENUE, ALICE, BOB, BOND_ADMIN]),
    (CASH_SETTLED, &[VENUE, ALICE, BOB, CASH_ADMIN]),
    (REFUSED, &[VENUE, ALICE, BOB]),
    (WORKFLOW, &PARTICIPANTS),
    (COMMAND, &[VENUE]),
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_more_of_a_trade_with_real_packages_than_its_part_and_nothing_goes_in_the_clear()
{
    let (Some(token), Some(trading)) = (dars::find(TOKEN), dars::find(TRADING)) else {
        return;
    };
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let network = Network::start(dir.path(), &server.url()).await;
    let actors = network.actors(&token, &trading).await;
    let trade = settle(&actors).await;

    let mut marks: Vec<(&str, &[&str])> = ENTITLED.to_vec();
    marks.push((&trade, &[VENUE, ALICE, BOB]));
    let dumps = dump(&server.url()).await;
    for (mark, entitled) in &marks {
        check(&dumps, mark, entitled);
    }
    let marks: Vec<&str> = marks.into_iter().map(|(mark, _)| mark).collect();
    network.check_logs(&marks);
    network.check_traffic(&actors, &marks);
    network.stop().await;
}

/// A domain and five participants, each a process, and the wires between.
struct Network {
    domain: Jura,
    participants: BTreeMap<&'static str, (Jura, Wire)>,
}

impl Network {
    async fn start(dir: &Path, url: &str) -> Self {
        let database = format!("database = {{ kind = 'url', url = '{url}', pool-size = 4 }}");
        let config = format!(
            "{database}
             [domains.domain1]
             public-api.port = 0
             parameters.topology-change-delay = '100ms'"
        );
        let domain = Jura::run(&folder(dir, "domain1"), &config);
        let target = format!("127.0.0.1:{}", domain.port("domain1", "publicApi"));
        let mut starting = Vec::new();
        for name in PARTICIPANTS {
            let wire = Wire::to(&target).await;
            let config = format!(
                "{database}
                 [participants.{name}]
                 ledger-api.port = 0
                 [participants.{name}.connections.domain1]
                 address = '{}'",
                wire.address()
            );
            let dir = folder(dir, name);
            let process = tokio::task::spawn_blocking(move || Jura::run(&dir, &config));
            starting.push((name, process, wire));
        }
        let mut participants = BTreeMap::new();
        for (name, process, wire) in starting {
            participants.insert(name, (process.await.unwrap(), wire));
        }
        Self {
            domain,
            participants,
        }
    }

    /// Everybody's party, with the packages that it needs.
    async fn actors(&self, token: &[u8], trading: &[u8]) -> BTreeMap<&'static str, Actor> {
        let mut preparing = Vec::new();
        for (name, (process, _)) in &self.participants {
            let ledger = Ledger::connect(&process.ledger_api(name));
            let mut dars = vec![token.to_vec()];
            if ![BOND_ADMIN, CASH_ADMIN].contains(name) {
                dars.push(trading.to_vec());
            }
            preparing.push(async move {
                ledger.wait_for_domain().await;
                for dar in dars {
                    ledger.upload(dar).await;
                }
                let party = ledger.allocate(name).await;
                (
                    *name,
                    Actor {
                        name: party,
                        ledger,
                    },
                )
            });
        }
        let actors: BTreeMap<_, _> = futures_util::future::join_all(preparing)
            .await
            .into_iter()
            .collect();
        let parties: Vec<&str> = actors.values().map(|it| it.name.as_str()).collect();
        for actor in actors.values() {
            actor.ledger.wait_for_parties(&parties).await;
        }
        actors
    }

    fn check_logs(&self, marks: &[&str]) {
        let participants = self.participants.iter();
        let processes = participants.map(|(name, (process, _))| (*name, process));
        for (name, process) in processes.chain([("domain1", &self.domain)]) {
            let log = process.log();
            assert!(log.contains("\"DEBUG\""), "{name} logs too little");
            for mark in marks {
                assert!(!is_logged(&log, mark), "{mark} in the log of {name}");
            }
        }
    }

    /// Nothing of a contract can be read; what everybody may know can, so that the search is one.
    fn check_traffic(&self, actors: &BTreeMap<&'static str, Actor>, marks: &[&str]) {
        for (name, (_, wire)) in &self.participants {
            let [sent, received] = [wire.sent(), wire.received()];
            assert!(contains(&sent, &actors[name].name), "{name} sends nothing");
            for actor in actors.values() {
                let party = &actor.name;
                assert!(contains(&received, party), "{name} receives no {party}");
            }
            for mark in marks {
                assert!(!contains(&sent, mark), "{mark} sent by {name}");
                assert!(!contains(&received, mark), "{mark} received by {name}");
            }
        }
    }

    async fn stop(self) {
        let processes = self.participants.into_values().map(|(process, _)| process);
        let stopping = processes.map(|it| tokio::task::spawn_blocking(move || it.stop()));
        for stopped in futures_util::future::join_all(stopping).await {
            stopped.unwrap();
        }
        self.domain.stop();
    }
}

fn folder(dir: &Path, name: &str) -> PathBuf {
    let folder = dir.join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// The story: two admins issue, Alice and Bob agree on a trade and set aside what it takes, the venue settles.
/// Which contract the trade was.
async fn settle(actors: &BTreeMap<&'static str, Actor>) -> String {
    let [venue, alice, bob, bond_admin, cash_admin] = PARTICIPANTS.map(|it| &actors[it]);
    bond_admin.issue(BOND, alice, BOND_ISSUED).await;
    cash_admin.issue(CASH, bob, CASH_ISSUED).await;

    let delivery = Leg {
        id: DELIVERY,
        sender: &alice.name,
        receiver: &bob.name,
        instrument: Instrument {
            admin: &bond_admin.name,
            id: BOND,
        },
        note: DELIVERY_NOTE,
    };
    let payment = Leg {
        id: PAYMENT,
        sender: &bob.name,
        receiver: &alice.name,
        instrument: Instrument {
            admin: &cash_admin.name,
            id: CASH,
        },
        note: PAYMENT_NOTE,
    };
    let refused = Leg {
        note: REFUSED,
        ..payment
    };
    alice.propose(venue, &[delivery, refused]).await;
    bob.answer("OTCTradeProposal_Reject").await;
    alice.propose(venue, &[delivery, payment]).await;
    bob.answer("OTCTradeProposal_Accept").await;
    venue.initiate(&bob.only("OTCTradeProposal").await).await;
    let trade = venue.only("OTCTrade").await;

    let bond = alice.allocate(delivery, bond_admin, BOND_SET_ASIDE).await;
    let cash = bob.allocate(payment, cash_admin, CASH_SET_ASIDE).await;
    let legs = [
        (DELIVERY, bond.as_str(), BOND_SETTLED),
        (PAYMENT, cash.as_str(), CASH_SETTLED),
    ];
    venue.settle(&legs, WORKFLOW, COMMAND).await;
    for (who, template, count) in [
        (alice, "Token", 1),
        (bob, "Token", 1),
        (bond_admin, "Token", 1),
        (cash_admin, "Token", 1),
        (bond_admin, "TokenAllocation", 0),
        (cash_admin, "TokenAllocation", 0),
        (alice, "OTCTrade", 0),
        (bob, "OTCTrade", 0),
    ] {
        let ledger = &who.ledger;
        ledger.eventually_active(&who.name, template, count).await;
    }
    trade
}

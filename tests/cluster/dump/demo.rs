//! The model of the demo, among four participants of one process, a fifth beside.

use canton_proto::com::daml::ledger::api::v2 as api;
use jura::lf::models::Model;

use super::super::ledger::{self, Ledger, Outcome};
use super::super::process::Jura;
use super::super::server;
use super::search::{check, dump, is_logged};
use super::values::{contract, numeric, party, record, text};

/// Texts that stand in the contracts of one part of the deal, and nowhere else.
const BOND: &str = "BOND-b41c9e07";
const CASH: &str = "CASH-5f20d83a";
const DEAL: &str = "DEAL-917e6c2d";
const ALLOCATED: &str = "SETASIDE-3ad5f018";

/// Who may have which text.
const ENTITLED: [(&str, &[&str]); 4] = [
    (BOND, &["participant1", "participant2", "participant3"]),
    (ALLOCATED, &["participant1", "participant2", "participant3"]),
    (CASH, &["participant2", "participant3", "participant4"]),
    (DEAL, &["participant2", "participant3"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_database_has_what_its_node_is_entitled_to_and_no_more() {
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let url = server.url();
    let args = ["--database-url", &url, "--participants", "5"];
    let jura = Jura::sandbox_with_log(dir.path(), &args, "debug");
    settle(&jura).await;

    let dumps = dump(&server.url()).await;
    for (mark, entitled) in ENTITLED {
        check(&dumps, mark, entitled);
        assert!(!is_logged(&jura.log(), mark), "{mark} in the log");
    }
    jura.stop();
}

/// The story: two banks issue, Alice delivers a bond, Bob pays cash, in one transaction.
async fn settle(jura: &Jura) {
    let ledgers: Vec<Ledger> = (1..=5)
        .map(|number| Ledger::connect(&jura.ledger_api(&format!("participant{number}"))))
        .collect();
    let [bond_bank_at, alice_at, bob_at, cash_bank_at, carol_at] = &ledgers[..] else {
        panic!("five participants");
    };
    for ledger in &ledgers {
        ledger.upload(Model::Demo.dar().unwrap()).await;
    }
    let bond_bank = bond_bank_at.allocate("bondbank").await;
    let alice = alice_at.allocate("alice").await;
    let bob = bob_at.allocate("bob").await;
    let cash_bank = cash_bank_at.allocate("cashbank").await;
    let carol = carol_at.allocate("carol").await;
    for ledger in &ledgers {
        ledger
            .wait_for_parties(&[&bond_bank, &alice, &bob, &cash_bank, &carol])
            .await;
    }

    let bond = asset(&bond_bank, &alice, BOND);
    let cash = asset(&cash_bank, &bob, CASH);
    issue(bond_bank_at, &bond_bank, bond).await;
    issue(cash_bank_at, &cash_bank, cash).await;
    let bond = accept(alice_at, &alice).await;
    let cash = accept(bob_at, &bob).await;

    let allocate = vec![party(&bob), text(ALLOCATED)];
    exercise(alice_at, &alice, "Asset", &bond, "Allocate", allocate).await;
    let allocation = only(alice_at, &alice, "Allocation").await;
    let price = vec![party(&cash_bank), text(CASH), numeric("10.0")];
    let settlement = vec![
        party(&alice),
        party(&bob),
        contract(&allocation),
        text(BOND),
        numeric("10.0"),
        api::value::Sum::Record(record(price)),
        text(DEAL),
    ];
    create(alice_at, &alice, "Settlement", settlement).await;
    let settlement = only(bob_at, &bob, "Settlement").await;
    exercise(
        bob_at,
        &bob,
        "Settlement",
        &settlement,
        "Settle",
        vec![contract(&cash)],
    )
    .await;

    // both banks see their leg, Carol nothing
    for (ledger, who, assets) in [
        (alice_at, &alice, 1),
        (bob_at, &bob, 1),
        (bond_bank_at, &bond_bank, 1),
        (cash_bank_at, &cash_bank, 1),
        (carol_at, &carol, 0),
    ] {
        assert_eq!(
            ledger.eventually_active(who, "Asset", assets).await.len(),
            assets
        );
    }
    assert_eq!(carol_at.updates(&carol).await.unwrap(), []);
}

async fn issue(ledger: &Ledger, bank: &str, asset: api::Record) {
    create(
        ledger,
        bank,
        "Issuance",
        vec![api::value::Sum::Record(asset)],
    )
    .await;
}

async fn accept(ledger: &Ledger, owner: &str) -> String {
    let issuance = only(ledger, owner, "Issuance").await;
    exercise(ledger, owner, "Issuance", &issuance, "Accept", Vec::new()).await;
    only(ledger, owner, "Asset").await
}

/// The only contract of a template that a party sees.
async fn only(ledger: &Ledger, party: &str, template: &str) -> String {
    let found = ledger.eventually_active(party, template, 1).await;
    found[0].contract_id.clone()
}

async fn create(ledger: &Ledger, party: &str, template: &str, fields: Vec<api::value::Sum>) {
    let create = api::CreateCommand {
        template_id: Some(identifier(template)),
        create_arguments: Some(record(fields)),
    };
    submit(ledger, party, api::command::Command::Create(create)).await;
}

async fn exercise(
    ledger: &Ledger,
    party: &str,
    template: &str,
    contract_id: &str,
    choice: &str,
    fields: Vec<api::value::Sum>,
) {
    let exercise = api::ExerciseCommand {
        template_id: Some(identifier(template)),
        contract_id: contract_id.to_owned(),
        choice: choice.to_owned(),
        choice_argument: Some(api::Value {
            sum: Some(api::value::Sum::Record(record(fields))),
        }),
    };
    submit(ledger, party, api::command::Command::Exercise(exercise)).await;
}

async fn submit(ledger: &Ledger, party: &str, command: api::command::Command) {
    let id = uuid();
    let outcome = ledger
        .submit_and_wait(ledger::commands(party, &id, command))
        .await;
    assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
}

fn uuid() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("dump-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn identifier(template: &str) -> api::Identifier {
    api::Identifier {
        package_id: "#jura-demo".to_owned(),
        module_name: "Demo".to_owned(),
        entity_name: template.to_owned(),
    }
}

fn asset(issuer: &str, owner: &str, instrument: &str) -> api::Record {
    record(vec![
        party(issuer),
        party(owner),
        text(instrument),
        numeric("10.0"),
    ])
}

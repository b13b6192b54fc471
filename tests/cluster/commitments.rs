//! Two participants compare what they share, period by period; one of them has a false database.

use std::path::Path;
use std::time::{Duration, Instant};

use canton_proto::com::daml::ledger::api::v2 as api;
use tokio_postgres::{Client, NoTls};

use super::ledger::{self, Ledger, Outcome, record};
use super::process::Jura;
use super::server;

const TIMEOUT: Duration = Duration::from_mins(1);

/// A short time between boundaries.
const INTERVAL: &str = "500ms";

fn start(dir: &Path, url: &str) -> Jura {
    let args = ["--database-url", url, "--participants", "2"];
    let interval = "JURA__DOMAINS__DOMAIN1__PARAMETERS__RECONCILIATION_INTERVAL";
    Jura::sandbox_with(dir, &args, &[(interval, INTERVAL)])
}

#[tokio::test(flavor = "multi_thread")]
async fn participants_agree_at_boundaries_and_both_notice_that_one_has_lost_a_contract() {
    let Some(server) = server::start() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let jura = start(dir.path(), &server.url());
    let database = connect(&server.url()).await;
    let alice_at = Ledger::connect(&jura.ledger_api("participant1"));
    let bob_at = Ledger::connect(&jura.ledger_api("participant2"));
    for ledger in [&alice_at, &bob_at] {
        ledger.upload_test_model().await;
    }
    let alice = alice_at.allocate("alice").await;
    let bob = bob_at.allocate("bob").await;
    alice_at.wait_for_parties(&[&alice, &bob]).await;

    share(&alice_at, &alice, &bob, "first").await;
    let first = agreed(&database, 1, 0).await;
    let gone = share(&alice_at, &alice, &bob, "second").await;
    let second = agreed(&database, 2, first).await;
    archive(&alice_at, &alice, &gone).await;
    agreed(&database, 1, second).await;
    assert!(!jura.log().contains("ACS_COMMITMENT"), "{}", jura.log());
    jura.stop();

    let lost = "DELETE FROM participant2.contract_states WHERE archived_at IS NULL";
    assert_eq!(database.execute(lost, &[]).await.unwrap(), 1);
    let jura = start(dir.path(), &server.url());
    let alice_at = Ledger::connect(&jura.ledger_api("participant1"));
    // what happens alone goes on, and time with it
    alice_at.allocate("carol").await;
    for (own, received) in [(1, 0), (0, 1)] {
        eventually(async || {
            let log = jura.log();
            let mut warnings = log
                .lines()
                .filter(|line| line.contains("ACS_COMMITMENT_MISMATCH") && line.contains("WARN"));
            warnings.any(|line| {
                let figure = |name: &str, contracts: i32| {
                    let rest = line.split(&format!("{name}=")).nth(1).unwrap_or_default();
                    let figures = rest.split('"').nth(1).unwrap_or_default();
                    figures.ends_with(&format!("of {contracts} contracts"))
                };
                figure("own", own) && figure("received", received)
            })
        })
        .await;
    }
    share(&alice_at, &alice, &bob, "third").await;
    jura.stop();
}

/// Waits until both participants have found that they have so many contracts in common, at a boundary
/// after one; when that was.
async fn agreed(database: &Client, contracts: i64, after: i64) -> i64 {
    let mut ends = Vec::new();
    for participant in ["participant1", "participant2"] {
        let sql = format!(
            "SELECT period_end FROM {participant}.commitments_compared
             WHERE own_digest = received_digest AND own_contracts = $1
                 AND received_contracts = $1 AND period_end > $2"
        );
        eventually(async || {
            let found = database.query(&sql, &[&contracts, &after]).await.unwrap();
            ends.extend(found.iter().map(|row| row.get::<_, i64>(0)));
            !found.is_empty()
        })
        .await;
    }
    ends.into_iter().max().unwrap()
}

async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + TIMEOUT;
    while !holds().await {
        assert!(Instant::now() < deadline, "it has not come to that");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Alice signs a contract that Bob sees.
async fn share(ledger: &Ledger, alice: &str, bob: &str, note: &str) -> String {
    let list = |party: &str| {
        let party = api::value::Sum::Party(party.to_owned());
        let elements = vec![api::Value { sum: Some(party) }];
        api::value::Sum::List(api::List { elements })
    };
    let create = api::CreateCommand {
        template_id: Some(shared()),
        create_arguments: Some(record(vec![
            list(alice),
            list(bob),
            api::value::Sum::Text(note.to_owned()),
        ])),
    };
    let before = ledger.active(alice).await.unwrap();
    let command = api::command::Command::Create(create);
    submit(ledger, alice, note, command).await;
    let after = ledger.active(alice).await.unwrap();
    let is_new =
        |it: &&api::CreatedEvent| before.iter().all(|old| old.contract_id != it.contract_id);
    after.iter().find(is_new).unwrap().contract_id.clone()
}

async fn archive(ledger: &Ledger, alice: &str, contract_id: &str) {
    let exercise = api::ExerciseCommand {
        template_id: Some(shared()),
        contract_id: contract_id.to_owned(),
        choice: "Archive".to_owned(),
        choice_argument: Some(api::Value {
            sum: Some(api::value::Sum::Record(record(Vec::new()))),
        }),
    };
    let command = api::command::Command::Exercise(exercise);
    submit(ledger, alice, "archive", command).await;
}

async fn submit(ledger: &Ledger, party: &str, id: &str, command: api::command::Command) {
    let commands = ledger::commands(party, id, command);
    let outcome = ledger.submit_and_wait(commands).await;
    assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
}

fn shared() -> api::Identifier {
    api::Identifier {
        package_id: "#jura-test".to_owned(),
        module_name: "Test.Ledger".to_owned(),
        entity_name: "Shared".to_owned(),
    }
}

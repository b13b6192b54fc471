//! A participant on several domains, parties on several participants: through the command line, with
//! domains in processes of their own.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::ledger::{Ledger, Outcome, commands, create, number, replace};
use super::process::Jura;

/// How long what must come may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A command of the Admin API's client: what it printed, or its complaint.
fn admin(jura: &Jura, participant: &str, args: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_jura"))
        .args(args)
        .args(["--admin-port", &jura.port(participant, "adminApi")])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

pub fn admin_json(jura: &Jura, participant: &str, args: &[&str]) -> Value {
    let args = [args, &["--json"]].concat();
    serde_json::from_str(&admin(jura, participant, &args).unwrap()).unwrap()
}

/// The ids of the domains that a participant knows, by alias, with how it stands with each.
fn domains(jura: &Jura) -> Vec<(String, String, String)> {
    let listed = admin_json(jura, "participant1", &["domains", "list"]);
    let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
    let listed = listed["domains"].as_array().unwrap().iter();
    listed
        .map(|it| (text(it, "alias"), text(it, "id"), text(it, "state")))
        .collect()
}

async fn accepted(ledger: &Ledger, what: canton_proto::com::daml::ledger::api::v2::Commands) {
    let outcome = ledger.submit_and_wait(what).await;
    assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
}

async fn refused(
    ledger: &Ledger,
    what: canton_proto::com::daml::ledger::api::v2::Commands,
    id: &str,
) {
    match ledger.submit_and_wait(what).await {
        Outcome::Refused(message) => assert!(message.contains(id), "{message}"),
        other => panic!("{other:?} instead of {id}"),
    }
}

/// Repeats a command until it is accepted: the domain may be on its way.
async fn eventually(
    ledger: &Ledger,
    mut make: impl FnMut(u32) -> canton_proto::com::daml::ledger::api::v2::Commands,
) {
    let deadline = Instant::now() + PATIENCE;
    for attempt in 0.. {
        let outcome = ledger.submit_and_wait(make(attempt)).await;
        if matches!(outcome, Outcome::Accepted(..)) {
            return;
        }
        assert!(Instant::now() < deadline, "{outcome:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The contract of Carol with a number.
async fn numbered(ledger: &Ledger, party: &str, wanted: i64) -> String {
    let active = ledger.active(party).await.unwrap();
    let mut found = active.into_iter().filter(|it| number(it) == wanted);
    found.next().expect("a contract").contract_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_participant_works_on_two_domains_and_one_that_dies_touches_only_its_own() {
    let [here_dir, there_dir] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let data = |dir: &tempfile::TempDir| dir.path().join("data").display().to_string();
    let there_data = data(&there_dir);
    let there = Jura::sandbox(there_dir.path(), &["--data-dir", &there_data]);
    let here_data = data(&here_dir);
    let here_args = ["--data-dir", here_data.as_str()];
    let here = Jura::sandbox(here_dir.path(), &here_args);
    let public_port = there.port("domain1", "publicApi");
    let address = format!("http://127.0.0.1:{public_port}");

    let connect = ["domains", "connect", "other", &address, "--priority", "-1"];
    admin(&here, "participant1", &connect).unwrap();
    let connected = domains(&here);
    let [(_, own, _), (_, other, _)] = &connected[..] else {
        panic!("two domains: {connected:?}");
    };
    assert!(connected.iter().all(|(.., state)| state == "connected"));
    let ledger = Ledger::connect(&here.ledger_api("participant1"));

    let undecided = ledger.try_allocate("carol", "").await.unwrap_err();
    assert!(
        undecided
            .message()
            .contains("PARTY_ALLOCATION_CANNOT_DETERMINE_SYNCHRONIZER"),
        "{undecided}"
    );
    for domain in [own, other] {
        ledger.upload_on(domain).await;
        ledger.try_allocate("carol", domain).await.unwrap();
    }
    let carol = ledger.try_allocate("dave", own).await.unwrap();
    let dave = carol.clone();
    let carol = dave.replacen("dave", "carol", 1);
    let on = |domain: &str, id: &str, command| {
        let mut commands = commands(&carol, id, command);
        commands.synchronizer_id = domain.to_owned();
        commands
    };

    // where nothing else decides, priority does
    accepted(&ledger, on("", "c1", create(&carol, 1))).await;
    accepted(&ledger, on(other, "c2", create(&carol, 2))).await;
    let (one, two) = (
        numbered(&ledger, &carol, 1).await,
        numbered(&ledger, &carol, 2).await,
    );
    assert_eq!(ledger.domain_of(&carol, &one).await, *own);
    assert_eq!(ledger.domain_of(&carol, &two).await, *other);
    // a contract decides
    accepted(&ledger, on("", "r1", replace(&one, 10))).await;
    accepted(&ledger, on("", "r2", replace(&two, 20))).await;
    let (ten, twenty) = (
        numbered(&ledger, &carol, 10).await,
        numbered(&ledger, &carol, 20).await,
    );
    assert_eq!(ledger.domain_of(&carol, &twenty).await, *other);
    let misrouted = on(other, "r3", replace(&ten, 11));
    refused(&ledger, misrouted, "INVALID_PRESCRIBED_SYNCHRONIZER_ID").await;
    // contracts of two domains in one transaction
    let mut both = on("", "r4", replace(&ten, 11));
    both.commands
        .extend(on("", "", replace(&twenty, 21)).commands);
    refused(
        &ledger,
        both,
        "AUTOMATIC_REASSIGNMENT_FOR_TRANSACTION_FAILED",
    )
    .await;

    // the other domain dies
    there.kill();
    accepted(&ledger, on("", "r5", replace(&ten, 12))).await;
    let same_port = format!("domains.domain1.public-api.port={public_port}");
    let there_args = ["--data-dir", &there_data, "-C", &same_port];
    let there = Jura::sandbox(there_dir.path(), &there_args);
    eventually(&ledger, |it| {
        on("", &format!("r6-{it}"), replace(&twenty, 22))
    })
    .await;

    // all is as it was after a restart, the connection, too
    here.kill();
    let here = Jura::sandbox(here_dir.path(), &here_args);
    let ledger = Ledger::connect(&here.ledger_api("participant1"));
    let (twelve, twenty_two) = (
        numbered(&ledger, &carol, 12).await,
        numbered(&ledger, &carol, 22).await,
    );
    eventually(&ledger, |it| {
        on("", &format!("r7-{it}"), replace(&twenty_two, 23))
    })
    .await;
    accepted(&ledger, on("", "r8", replace(&twelve, 13))).await;

    // left and joined again
    admin(&here, "participant1", &["domains", "disconnect", "other"]).unwrap();
    let twenty_three = numbered(&ledger, &carol, 23).await;
    let away = on("", "r9", replace(&twenty_three, 24));
    refused(&ledger, away, "NOT_CONNECTED_TO_ALL_CONTRACT_SYNCHRONIZERS").await;
    let states: Vec<String> = domains(&here).into_iter().map(|(.., it)| it).collect();
    assert_eq!(states, ["connected", "disconnected"]);
    admin(&here, "participant1", &connect).unwrap();
    accepted(&ledger, on("", "r10", replace(&twenty_three, 24))).await;
    here.stop();
    there.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_connected_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let jura = Jura::sandbox(dir.path(), &[]);
    let connect = |alias: &str, address: &str| {
        admin(
            &jura,
            "participant1",
            &["domains", "connect", alias, address],
        )
        .unwrap_err()
    };
    let own = format!("http://127.0.0.1:{}", jura.port("domain1", "publicApi"));
    assert!(connect("domain1", &own).contains("it is a domain of this process"));
    assert!(connect("again", &own).contains("connected under another name"));
    assert!(connect("other", "10.0.0.1").contains("http://HOST:PORT"));
    assert!(connect("a b", &own).contains("letters, digits"));
    let ledger_api = jura.ledger_api("participant1");
    let wrong = connect("wrong", &ledger_api);
    assert!(wrong.contains("no public API of a domain"), "{wrong}");
    let unknown = admin(&jura, "participant1", &["domains", "disconnect", "x"]);
    assert!(unknown.unwrap_err().contains("no domain of this name"));
    jura.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_is_hosted_on_a_second_participant_when_both_have_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let jura = Jura::sandbox(dir.path(), &["--participants", "2"]);
    let [first, second] = ["participant1", "participant2"];
    let [at_first, at_second] = [first, second].map(|it| Ledger::connect(&jura.ledger_api(it)));
    for ledger in [&at_first, &at_second] {
        ledger.upload_test_model().await;
    }
    let dave = at_first.allocate("dave").await;
    at_second.wait_for_parties(&[&dave]).await;
    let id = at_second.participant_id().await;

    let host = [
        "parties",
        "host",
        &dave,
        "--participant",
        &id,
        "--permission",
        "confirmation",
    ];
    assert_eq!(
        admin_json(&jura, first, &host)["inForce"],
        Value::Bool(false)
    );
    let list = ["topology", "list", "--kind", "party-to-participant"];
    let listed = admin_json(&jura, second, &list);
    assert_eq!(listed["proposals"].as_array().unwrap().len(), 1);
    assert_eq!(
        admin_json(&jura, second, &host)["inForce"],
        Value::Bool(true)
    );
    let again = admin_json(&jura, first, &host);
    assert_eq!(again["inForce"], Value::Bool(true), "nothing to change");

    // each host sees what happens, and only one may submit
    accepted(&at_first, commands(&dave, "c1", create(&dave, 1))).await;
    let seen = at_second.eventually_active(&dave, "Simple", 1).await;
    assert_eq!(number(&seen[0]), 1);
    let submission = commands(&dave, "c2", create(&dave, 2));
    let id = "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT";
    refused(&at_second, submission, id).await;

    // new keys, and everything goes on
    admin(&jura, first, &["keys", "rotate"]).unwrap();
    accepted(&at_first, commands(&dave, "c3", create(&dave, 3))).await;
    at_second.eventually_active(&dave, "Simple", 2).await;
    let table = admin(&jura, first, &["topology", "list"]).unwrap();
    assert!(table.contains("owner-to-key") && table.contains(&dave));
    let nonsense = ["topology", "list", "--kind", "nonsense"];
    let refusal = admin(&jura, first, &nonsense).unwrap_err();
    assert!(refusal.contains("party-to-participant"), "{refusal}");
    jura.stop();
}

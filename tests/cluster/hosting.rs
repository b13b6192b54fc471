//! Parties get and lose hosts under load: nothing that was taken is lost, and nobody is accused.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::domains::admin_json;
use super::ledger::{Ledger, Outcome, commands, create};
use super::process::Jura;
use super::workload::{Load, Shift};

const FIRST: &str = "participant1";
const SECOND: &str = "participant2";

/// How often hosts come and go at least, and until how many requests were overtaken by that.
const ROUNDS_MIN: usize = 4;
const OVERTAKEN_MIN: usize = 3;

/// How long that may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// The second participant hosts a party, too, and then no more.
fn host(jura: &Jura, party: &str, second: &str, hosted: bool) {
    let permission = if hosted { "observation" } else { "none" };
    let change = [
        "parties",
        "host",
        party,
        "--participant",
        second,
        "--permission",
        permission,
    ];
    let said = admin_json(jura, FIRST, &change);
    if hosted {
        let said = admin_json(jura, SECOND, &change);
        assert_eq!(said["inForce"], Value::Bool(true), "{said}");
    } else {
        assert_eq!(said["inForce"], Value::Bool(true), "{said}");
    }
}

/// Hosts come and go, until enough requests were overtaken.
fn come_and_go(jura: &Jura, parties: &[String], second: &str, shift: &Shift) {
    let deadline = Instant::now() + PATIENCE;
    let mut rounds = 0;
    while rounds < ROUNDS_MIN || shift.overtaken.load(Ordering::Relaxed) < OVERTAKEN_MIN {
        assert!(Instant::now() < deadline, "nothing is overtaken");
        for hosted in [true, false] {
            for party in parties {
                host(jura, party, second, hosted);
            }
        }
        rounds += 1;
    }
    for party in parties {
        host(jura, party, second, true);
    }
}

/// What is worse than something that is said again.
fn alarms(log: &str) -> Vec<&str> {
    let lines = log.lines();
    let severe = lines.filter(|line| line.contains("WARN") || line.contains("ERROR"));
    // who is a host without the contracts of before differs from who has them
    let severe = severe.filter(|line| !line.contains("ACS_COMMITMENT_MISMATCH"));
    severe.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_come_and_go_under_load_and_every_command_is_accepted_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let jura = Jura::sandbox(dir.path(), &["--participants", "2"]);
    let [first, second] = [FIRST, SECOND].map(|it| Ledger::connect(&jura.ledger_api(it)));
    second.upload_test_model().await;
    let load = Load::start(&first).await;
    let (parties, shift) = (load.parties.clone(), Arc::clone(&load.shift));
    let names: Vec<&str> = parties.iter().map(String::as_str).collect();
    second.wait_for_parties(&names).await;
    let id = second.participant_id().await;
    let changing = parties.clone();
    let changing = tokio::task::spawn_blocking(move || {
        come_and_go(&jura, &changing, &id, &shift);
        jura
    });
    let jura = changing.await.unwrap();
    load.end(&first).await;
    for party in &parties {
        agree(&first, &second, party).await;
    }
    let log = jura.log();
    assert_eq!(alarms(&log), Vec::<&str>::new());
    jura.stop();
}

/// Both hosts of a party see the same of it from now on, and have seen the same in the same order.
async fn agree(first: &Ledger, second: &Ledger, party: &str) {
    let last = commands(party, "last", create(party, -1));
    let Outcome::Accepted(last, _) = first.submit_and_wait(last).await else {
        panic!("the last command is refused");
    };
    let deadline = Instant::now() + PATIENCE;
    let ids = |updates: Vec<(i64, String)>| -> Vec<String> {
        updates.into_iter().map(|(_, id)| id).collect()
    };
    let of_first = ids(first.updates(party).await.unwrap());
    let of_second = loop {
        let seen = ids(second.updates(party).await.unwrap());
        if seen.contains(&last) {
            break seen;
        }
        assert!(Instant::now() < deadline, "the second host does not see it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(of_second.len() > 1, "it was a host before");
    let mut of_first = of_first.iter();
    for id in &of_second {
        assert!(
            of_first.any(|it| it == id),
            "{id} is not what the first host has seen"
        );
    }
}

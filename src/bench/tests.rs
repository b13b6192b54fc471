//! Whole runs against a fake ledger.

use std::time::{Duration, Instant};

use super::fake_ledger::{FakeLedger, Faults};
use super::{Error, Load, Options, Progress, Report, run};
use crate::ledger_client::LedgerAddress;

fn options(ledger: &FakeLedger, load: Load) -> Options {
    Options {
        participants: vec![LedgerAddress {
            host: ledger.address.ip().to_string(),
            port: ledger.address.port(),
            user_id: "bench".to_owned(),
            token: None,
        }],
        load,
        contracts: 0,
        clients: 5,
        connections: 2,
        warmup: Duration::from_millis(20),
        duration: Duration::from_millis(300),
    }
}

async fn report(ledger: &FakeLedger, load: Load) -> Report {
    run(&options(ledger, load), &|_| {}, std::future::pending())
        .await
        .unwrap()
}

#[tokio::test]
async fn every_load_runs_without_an_error() {
    for load in [Load::Create, Load::Transfer, Load::Dvp, Load::Settlement] {
        let ledger = FakeLedger::start(Faults::default());
        let report = report(&ledger, load).await;
        assert!(report.commands > 10, "{report:?}");
        assert_eq!(report.errors.total, 0, "{report:?}");
        assert_eq!(report.ledger_api_version, "0.0.0-fake");
        let sent = ledger.state.lock().unwrap().command_ids.len();
        assert!(sent as u64 >= report.commands + 5, "{sent}, {report:?}");
    }
}

#[tokio::test]
async fn a_run_begins_when_every_participant_knows_the_parties_of_the_others() {
    let ledger = FakeLedger::start(Faults::default());
    let mut options = options(&ledger, Load::Create);
    options.participants.push(options.participants[0].clone());
    let report = run(&options, &|_| {}, std::future::pending())
        .await
        .unwrap();
    assert!(
        report.commands > 0 && report.errors.total == 0,
        "{report:?}"
    );
    // the first in vain, and once for the second participant
    assert_eq!(ledger.state.lock().unwrap().parties_asked, 3);
}

#[tokio::test]
async fn contracts_are_made_before_a_run_if_that_is_wanted() {
    let ledger = FakeLedger::start(Faults::default());
    let mut options = options(&ledger, Load::Transfer);
    options.contracts = 450;
    let filled = std::cell::Cell::new(0);
    let progress = |progress: Progress| {
        if let Progress::Filling { done, total } = progress {
            assert_eq!(total, 450);
            filled.set(done);
        }
    };
    let report = run(&options, &progress, std::future::pending())
        .await
        .unwrap();
    assert_eq!(filled.get(), 450);
    assert!(
        report.commands > 0 && report.errors.total == 0,
        "{report:?}"
    );
    // three commands made them
    let ids = ledger.state.lock().unwrap().command_ids.clone();
    assert_eq!(ids.iter().filter(|id| id.contains("-fill-")).count(), 3);
}

#[tokio::test]
async fn a_busy_ledger_is_counted_and_work_goes_on() {
    let ledger = FakeLedger::start(Faults {
        busy_every: Some(20),
        ..Faults::default()
    });
    let report = report(&ledger, Load::Transfer).await;
    assert!(report.commands > 0 && report.errors.total > 0, "{report:?}");
    assert_eq!(report.errors.total, report.errors.retryable);
    assert_eq!(report.errors.by_id[0].id, "PARTICIPANT_BACKPRESSURE");
}

#[tokio::test]
async fn a_client_that_lost_its_contract_finds_it_again() {
    for load in [Load::Transfer, Load::Dvp, Load::Settlement] {
        let ledger = FakeLedger::start(Faults {
            // after the clients were set up
            lost_every: Some(25),
            ..Faults::default()
        });
        let report = report(&ledger, load).await;
        let ids: Vec<&str> = report
            .errors
            .by_id
            .iter()
            .map(|it| it.id.as_str())
            .collect();
        assert!(ids.contains(&"REQUEST_TIME_OUT"), "{report:?}");
        assert!(ids.contains(&"CONTRACT_NOT_FOUND"), "{report:?}");
        let mut errors = report.errors.by_id.iter();
        let missing = errors.find(|it| it.id == "CONTRACT_NOT_FOUND").unwrap();
        // whose answer was lost before it counted may miss its contract when it counts
        let clients = report.clients as u64;
        assert!(
            missing.count <= report.errors.retryable + clients,
            "{report:?}"
        );
        assert!(report.commands > report.errors.total, "{report:?}");
    }
}

#[tokio::test]
async fn a_run_can_be_ended_early() {
    let ledger = FakeLedger::start(Faults::default());
    let mut options = options(&ledger, Load::Create);
    options.duration = Duration::from_hours(1);
    let begun = Instant::now();
    let stop = tokio::time::sleep(Duration::from_millis(500));
    let report = run(&options, &|_| {}, stop).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(report.commands > 0 && report.seconds < 30.0, "{report:?}");
}

#[tokio::test]
async fn a_ledger_that_refuses_the_model_ends_the_run_with_what_it_says() {
    let ledger = FakeLedger::start(Faults {
        no_upload: true,
        ..Faults::default()
    });
    let outcome = run(
        &options(&ledger, Load::Create),
        &|_| {},
        std::future::pending(),
    )
    .await;
    let error = outcome.unwrap_err().to_string();
    assert_eq!(
        error,
        "the ledger refuses the upload of the bench model (it may want another --token): \
         PERMISSION_DENIED: An error occurred."
    );
}

#[tokio::test]
async fn what_is_no_ledger_is_told_from_what_is_not_there() {
    let ledger = FakeLedger::start(Faults::default());
    let mut options = options(&ledger, Load::Create);
    let mut fail = async |host: &str, port: u16| {
        options.participants[0].host = host.to_owned();
        options.participants[0].port = port;
        run(&options, &|_| {}, std::future::pending())
            .await
            .unwrap_err()
            .to_string()
    };
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    drop(silent);
    let error = fail("127.0.0.1", port).await;
    assert!(error.starts_with("cannot connect to 127.0.0.1:"), "{error}");
    assert!(error.contains("refused"), "{error}");
    let error = fail("no.such.host.invalid", 6865).await;
    assert!(
        error.starts_with("cannot connect to no.such.host.invalid:6865: "),
        "{error}"
    );
    let error = fail("http://localhost", 6865).await;
    assert!(error.contains("no address of a Ledger API"), "{error}");
    let web = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = web.local_addr().unwrap().port();
    let router = axum::Router::new();
    tokio::spawn(async move { axum::serve(web, router).await });
    let error = fail("127.0.0.1", port).await;
    assert!(error.starts_with("there is no Ledger API v2 at"), "{error}");
}

#[test]
fn errors_do_not_show_tokens() {
    let address = LedgerAddress {
        host: "::1".to_owned(),
        port: 1,
        token: Some("secret".to_owned()),
        user_id: String::new(),
    };
    assert_eq!(format!("{address:?}"), "LedgerAddress([::1]:1)");
    let error: Error = crate::ledger_client::ConnectError::Token.into();
    assert!(!error.to_string().contains("secret"));
}

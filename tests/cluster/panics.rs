//! A panic in each role under load: the role comes back, everything else goes on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jura::config::{Sources, load};
use jura::node::NodeThread;
use jura::storage::DataDir;
use tokio::task::JoinSet;

use super::ledger::Ledger;
use super::workload::{Application, Shift};

/// How long the load may stand still after a panic: five times the second that is promised.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Every role of a participant and a domain.
const ROLES: [&str; 7] = [
    "domain1.sequencer",
    "domain1.topology",
    "domain1.service",
    "domain1.mediator",
    "participant1.sync",
    "participant1.indexer",
    "participant1.ledger-api",
];

fn start(dir: DataDir) -> NodeThread {
    let text = format!(
        "database.directory = '{}'
         [domains.domain1]
         [participants.participant1]
         ledger-api.port = 0",
        dir.path().display()
    );
    let config = load(&Sources {
        base: Some(text),
        ..Sources::default()
    })
    .unwrap();
    let selection = config.select(&[]).unwrap();
    NodeThread::start(config, selection, Some(dir)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_any_role_is_healed_under_load() {
    let node = start(DataDir::temporary().unwrap());
    let address = node.addresses().participants["participant1"]
        .ledger_api
        .unwrap();
    let ledger = Ledger::connect(&format!("http://{address}"));
    ledger.upload_test_model().await;
    let shift = Arc::new(Shift::default());
    let mut working = JoinSet::new();
    for index in 0..3 {
        let mut application = Application::start(&ledger, &format!("app{index}")).await;
        let (ledger, shift) = (ledger.clone(), Arc::clone(&shift));
        working.spawn(async move {
            while !shift.over.load(Ordering::Relaxed) {
                // no answer while a role is down: go on with the same command
                application.run(&ledger, &shift).await;
                tokio::task::yield_now().await;
            }
            application
        });
    }
    for role in ROLES {
        until_it_moves(&ledger).await;
        assert!(node.crash(role), "there is no role {role}");
        until_it_moves(&ledger).await;
    }
    shift.over.store(true, Ordering::Relaxed);
    let applications = working.join_all().await;
    for application in &applications {
        let deadline = Instant::now() + Duration::from_mins(1);
        while application.missing(&ledger).await > 0 {
            assert!(Instant::now() < deadline, "completions are missing");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        application.check(&ledger).await;
    }
    node.stop();
}

/// Waits until the ledger has grown.
async fn until_it_moves(ledger: &Ledger) {
    let begin = Instant::now();
    let before = loop {
        if let Ok(end) = ledger.end().await {
            break end;
        }
        assert!(begin.elapsed() < PAUSE_MAX, "the ledger does not answer");
    };
    while !ledger.end().await.is_ok_and(|end| end > before) {
        assert!(begin.elapsed() < PAUSE_MAX, "the load does not go on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

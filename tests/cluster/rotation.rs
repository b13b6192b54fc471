//! New keys under load: nothing that was taken is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jura::config::{Sources, load};
use jura::node::NodeThread;
use jura::participant::submission::KeyRotation;
use jura::storage::DataDir;
use tokio::task::JoinSet;

use super::ledger::Ledger;
use super::workload::{Application, Shift};

const BOTH: KeyRotation = KeyRotation {
    signing: true,
    encryption: true,
};

fn start(dir: DataDir) -> NodeThread {
    let text = format!(
        "database.directory = '{}'
         [domains.domain1]
         parameters.topology-change-delay = '50ms'
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
async fn keys_are_replaced_under_load_and_over_a_panic_without_losing_a_command() {
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
                application.run(&ledger, &shift).await;
                tokio::task::yield_now().await;
            }
            application
        });
    }
    let rotations = tokio::task::spawn_blocking(move || {
        for rotation in [
            BOTH,
            KeyRotation {
                encryption: false,
                ..BOTH
            },
            KeyRotation {
                signing: false,
                ..BOTH
            },
        ] {
            node.rotate_keys("participant1", rotation).unwrap();
        }
        // what was begun before a panic goes on after it, and the next one as well
        std::thread::scope(|scope| {
            scope.spawn(|| node.rotate_keys("participant1", BOTH));
            assert!(node.crash("participant1.sync"));
        });
        let deadline = Instant::now() + Duration::from_mins(1);
        while node.rotate_keys("participant1", BOTH).is_err() {
            assert!(Instant::now() < deadline, "no new keys after a panic");
        }
        node
    });
    let node = rotations.await.unwrap();
    shift.over.store(true, Ordering::Relaxed);
    for application in &working.join_all().await {
        assert!(application.done() > 0);
        let deadline = Instant::now() + Duration::from_mins(1);
        while application.missing(&ledger).await > 0 {
            assert!(Instant::now() < deadline, "completions are missing");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        application.check(&ledger).await;
    }
    node.stop();
}

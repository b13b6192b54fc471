//! A panic in each role under load: the role comes back, everything else goes on.

use std::time::{Duration, Instant};

use super::ledger::Ledger;
use super::node;
use super::workload::Load;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_any_role_is_healed_under_load() {
    let (node, ledger) = node::start("");
    let load = Load::start(&ledger).await;
    for role in ROLES {
        until_it_moves(&ledger).await;
        assert!(node.crash(role), "there is no role {role}");
        until_it_moves(&ledger).await;
    }
    load.end(&ledger).await;
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

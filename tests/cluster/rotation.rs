//! New keys under load: nothing that was taken is lost.

use std::time::{Duration, Instant};

use jura::participant::submission::KeyRotation;

use super::node;
use super::workload::Load;

const BOTH: KeyRotation = KeyRotation {
    signing: true,
    encryption: true,
};

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_replaced_under_load_and_over_a_panic_without_losing_a_command() {
    let (node, ledger) = node::start("parameters.topology-change-delay = '50ms'");
    let load = Load::start(&ledger).await;
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
    load.end(&ledger).await;
    node.stop();
}

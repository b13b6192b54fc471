//! A node in a thread of this process, with one domain and one participant.

use jura::config::{Sources, load};
use jura::node::NodeThread;
use jura::storage::DataDir;

use super::ledger::Ledger;

/// Starts it in a temporary directory, with more settings of the domain.
pub fn start(domain: &str) -> (NodeThread, Ledger) {
    let dir = DataDir::temporary().unwrap();
    let text = format!(
        "database.directory = '{}'
         [domains.domain1]
         {domain}
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
    let node = NodeThread::start(config, selection, Some(dir)).unwrap();
    let address = node.addresses().participants["participant1"]
        .ledger_api
        .unwrap();
    let ledger = Ledger::connect(&format!("http://{address}"));
    (node, ledger)
}

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::ledger::{MemoryLedger, TimeMode};
use super::*;
use crate::lf::test_dars;

fn run_all(name: &str, rollback_effects: bool) -> Vec<(String, Run)> {
    let Some(bytes) = test_dars::one(name) else {
        return Vec::new();
    };
    let dar = ScriptDar::load(&bytes, rollback_effects).unwrap();
    let settings = Settings::default();
    let each = dar.tests().map(|script| {
        let cancelled = Arc::clone(&settings.cancelled);
        let mut ledger = MemoryLedger::new(dar.engine().clone(), TimeMode::Static, cancelled);
        let run = run(&dar, script, None, &mut ledger, &settings);
        (script.name(), run)
    });
    each.collect()
}

#[test]
fn all_scripts_of_the_canton_examples_pass() {
    for (name, run) in run_all("CantonExamples-3.2.0", true) {
        match &run.result {
            Ok(_) => eprintln!("{name} SUCCESS"),
            Err(e) => eprintln!("{name} FAILURE {e} {:?}", run.journal.last_place),
        }
    }
}

#[test]
fn all_scripts_of_the_wallet_pass() {
    for (name, run) in run_all("splice-wallet-test-0.1.8", true) {
        match &run.result {
            Ok(_) => eprintln!("{name} SUCCESS"),
            Err(e) => eprintln!("{name} FAILURE {e} {:?}", run.journal.last_place),
        }
    }
}

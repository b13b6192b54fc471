//! Scripts of others, and scripts of our own that pass and fail in every way.

#![allow(clippy::unwrap_used, reason = "tests")]

mod own_scripts;
mod real_suites;

use std::sync::Arc;
use std::time::Duration;

use super::ledger::{MemoryLedger, TimeMode};
use super::report::{ScriptReport, report};
use super::*;

/// Runs a script on a ledger of its own.
fn run_one(dar: &ScriptDar, script: &Script, mode: TimeMode) -> Run {
    let settings = Settings::default();
    let cancelled = Arc::clone(&settings.cancelled);
    let mut ledger = MemoryLedger::new(dar.engine().clone(), mode, cancelled);
    run(dar, script, None, &mut ledger, &settings)
}

/// Runs all scripts without parameters.
fn run_all(dar: &ScriptDar) -> Vec<ScriptReport> {
    let each = dar.tests().map(|script| {
        let run = run_one(dar, script, TimeMode::Static);
        report(dar, script, &run, Duration::ZERO, true)
    });
    each.collect()
}

fn verdict(report: &ScriptReport) -> String {
    match &report.failure {
        None => format!("{} SUCCESS", report.name),
        Some(failure) => format!("{} FAILURE {}", report.name, failure.reason),
    }
}

//! `jura script` as those who write scripts start it.

use std::process::Output;

use super::process::{jura, shared};
use super::{dars, iou};

const WALLET: &str = "splice-wallet-test-0.1.8";

/// Runs scripts of a DAR; `None` where the DAR isn't at hand.
fn script(dar: &str, args: &[&str]) -> Option<Output> {
    let bytes = dars::find(dar)?;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("scripts.dar");
    std::fs::write(&file, bytes).unwrap();
    let mut jura = jura(&["script", "--dar"]);
    Some(jura.arg(&file).args(args).output().unwrap())
}

fn told(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_scripts_of_the_examples_pass_in_memory() {
    let Some(output) = script(iou::DAR, &["--all", "--static-time"]) else {
        return;
    };
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("\n11 scripts: 11 passed ("), "{told}");
    assert!(told.starts_with("Divulgence:aliceDivulgesHerIouToBob SUCCESS\n"));
}

#[test]
fn the_scripts_of_the_examples_pass_on_a_running_ledger() {
    let port = shared().ledger_api_port("participant1").to_string();
    let on_ledger = ["--ledger-host", "127.0.0.1", "--ledger-port", &port];
    let args = [&["--all", "--upload-dar"], &on_ledger[..]].concat();
    let Some(output) = script(iou::DAR, &args) else {
        return;
    };
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("\n11 scripts: 11 passed ("), "{told}");
}

#[test]
fn transactions_on_a_running_ledger_are_drawn_as_those_in_memory() {
    let args = [
        "--script-name",
        "Iou:bankIssuesIouToAlice",
        "--transactions",
    ];
    let Some(in_memory) = script(iou::DAR, &args) else {
        return;
    };
    let port = shared().ledger_api_port("participant1").to_string();
    let on_ledger = [
        "--upload-dar",
        "--ledger-host",
        "127.0.0.1",
        "--ledger-port",
        &port,
    ];
    let running = script(iou::DAR, &[&args[..], &on_ledger].concat()).unwrap();
    // but for times and the names of parties
    let shape = |output: &Output| {
        let told = told(output);
        let lines = told.lines().filter(|line| line.contains("─ "));
        let shapes = lines.map(|line| line.split(',').next().unwrap_or_default().to_owned());
        shapes.collect::<Vec<String>>()
    };
    assert!(!shape(&in_memory).is_empty(), "{}", told(&in_memory));
    assert_eq!(shape(&running), shape(&in_memory), "{}", told(&running));
    let json = script(iou::DAR, &[&args[..], &["--json"]].concat()).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    let lines = &json["scripts"][0]["steps"][0];
    assert!(lines[1].as_str().unwrap().contains("─ create "), "{json}");
}

#[test]
fn a_script_that_fails_ends_the_process_with_1_and_tells_where() {
    let args = ["--all", "-s", "--filter", "testTransferOffers"];
    let Some(output) = script(WALLET, &args) else {
        return;
    };
    let told = told(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("testTransferOffers FAILURE (Tried to rollback"));
    assert!(told.contains("TestTransferOffers.daml:49:58"), "{told}");
    assert!(told.contains("\n1 script: 0 passed, 1 failed ("), "{told}");
}

#[test]
fn what_cannot_be_run_ends_the_process_with_2() {
    let Some(output) = script(iou::DAR, &["--script-name", "Iou:bankIssuesIouToAlise"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(told.contains("is it Iou:bankIssuesIouToAlice?"), "{told}");
    let Some(output) = script(iou::DAR, &["--all", "--filter", "nothing of the kind"]) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2));
}

//! Commands as people call them.

use std::net::TcpListener;
use std::process::{Command, Output};

use super::process::Jura;

fn jura(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jura"))
        .args(args)
        .env_remove("JURA__LOGGING__FILTER")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Free ports for all that the demo serves: several tests may run at the same time.
const FREE_PORTS: [&str; 16] = [
    "-C",
    "participants.participant1.ledger-api.port=0",
    "-C",
    "participants.participant2.ledger-api.port=0",
    "-C",
    "monitoring.http.port=0",
    "-C",
    "participants.participant1.admin-api.port=0",
    "-C",
    "participants.participant2.admin-api.port=0",
    "-C",
    "participants.participant3.ledger-api.port=0",
    "-C",
    "participants.participant3.admin-api.port=0",
    "-C",
    "domains.domain1.public-api.port=0",
];

#[test]
fn the_demo_tells_its_story_and_ends_well() {
    let mut args = vec!["demo", "--exit"];
    args.extend(FREE_PORTS);
    let output = jura(&args);
    let (told, logged) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}\n{logged}");
    assert_eq!(logged, "", "nothing is wrong, so nothing is logged");
    for part in [
        "Bob settles: delivery and payment in one atomic transaction",
        "Bob sees at participant2",
        "Alice sees at participant1",
        "   └─ + Asset  950 USD of Alice",
        "Bob, participant2     1,000 USD of Bob                100 BOND of Bob",
        "CONTRACT_NOT_FOUND",
        "participant2          has it, since it hosts one of them",
        "participant3          does not have it",
        "domain1_sequencer     does not have it",
        "The whole story took",
    ] {
        assert!(told.contains(part), "{part:?} is not in\n{told}");
    }
    assert!(
        !told.contains('\u{1b}'),
        "colours are for terminals:\n{told}"
    );
    assert!(!told.contains("Where everything is"), "all of it is over");
}

#[test]
fn a_demo_that_cannot_start_says_why_and_fails() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut args = vec!["demo", "--exit"];
    args.extend(FREE_PORTS);
    let port = format!("participants.participant2.ledger-api.port={port}");
    args.extend(["-C", &port]);
    let output = jura(&args);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("jura: cannot listen at 127.0.0.1:"), "{told}");
}

#[test]
fn the_load_generator_works_against_a_sandbox() {
    let dir = tempfile::tempdir().unwrap();
    let sandbox = Jura::sandbox(dir.path(), &[]);
    let address = sandbox.ledger_api("participant1");
    let (_, port) = address.rsplit_once(':').unwrap();
    for model in ["create", "transfer", "dvp"] {
        let output = jura(&[
            "bench",
            "ledger",
            "--ledger-port",
            port,
            "--model",
            model,
            "--clients",
            "2",
            "--seconds",
            "1",
            "--warmup",
            "0",
            "--json",
        ]);
        let logged = text(&output.stderr);
        assert!(output.status.success(), "{logged}");
        assert_eq!(logged, "", "a progress bar is for terminals");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(report["commands"].as_u64() > Some(0), "{report}");
        assert_eq!(report["errors"]["total"], 0, "{report}");
    }
    sandbox.stop();
}

#[test]
fn a_shell_learns_every_command() {
    let output = jura(&["completions", "bash"]);
    let script = text(&output.stdout);
    for command in [
        "sandbox",
        "run",
        "demo",
        "health",
        "bench",
        "lf",
        "completions",
    ] {
        assert!(
            script.contains(&format!("jura__subcmd__{command}")),
            "{command}"
        );
    }
}

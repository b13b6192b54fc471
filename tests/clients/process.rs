//! `jura` processes under test: the sandbox that all tests share, and short-lived ones.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a process may take to come up on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The sandbox of this test binary: two participants.
static SHARED: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::start(&["--participants", "2"]));

/// Waits until the tests have ended, however they did: then their end of the pipe is closed. Ends
/// the sandbox, at last with force, and removes its files.
const GUARD: &str = r#"
    trap : INT TERM HUP
    read -r _
    kill "$1"
    tries=0
    while kill -0 "$1"; do
        sleep 0.1
        tries=$((tries + 1))
        [ "$tries" -eq 100 ] && kill -9 "$1"
    done 2>/dev/null
    rm -rf "$2"
"#;

/// The sandbox of this test binary.
pub fn shared() -> &'static Sandbox {
    &SHARED
}

/// A running sandbox. It ends with the test binary, or before.
pub struct Sandbox {
    pub pid: u32,
    ports: Value,
    log: PathBuf,
    /// Its end is what the guard waits for.
    _guard: ChildStdin,
}

impl Sandbox {
    /// Starts a sandbox with free ports and waits until it is ready.
    pub fn start(args: &[&str]) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("jura-clients-")
            .tempdir()
            .unwrap()
            .keep();
        let (log, port_file) = (dir.join("jura.log"), dir.join("ports.json"));
        let mut jura = jura(&["sandbox", "--ledger-api-port", "0"]);
        jura.args(["--admin-api-port", "0", "--sequencer-public-port", "0"])
            .arg("--canton-port-file")
            .arg(&port_file)
            .args(args)
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap());
        let mut jura = jura.spawn().unwrap();
        let guard = guard(jura.id(), &dir);
        let ports = wait_for_ports(&mut jura, &port_file, &log);
        Self {
            pid: jura.id(),
            ports,
            log,
            _guard: guard,
        }
    }

    /// Ends it, and waits until it has ended.
    pub fn stop(self) {
        let stat = format!("/proc/{}/stat", self.pid);
        drop(self);
        // ended, and nobody has asked how: a zombie
        let is_there = || std::fs::read_to_string(&stat).is_ok_and(|it| !it.contains(") Z "));
        let deadline = Instant::now() + START_TIMEOUT;
        while is_there() {
            assert!(Instant::now() < deadline, "jura does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Where a participant serves the Ledger API.
    pub fn ledger_api(&self, participant: &str) -> String {
        format!("http://127.0.0.1:{}", self.ledger_api_port(participant))
    }

    /// The port of a participant's Ledger API.
    pub fn ledger_api_port(&self, participant: &str) -> u16 {
        let port = self.ports[participant]["ledgerApi"].as_u64().unwrap();
        port.try_into().unwrap()
    }

    /// The warnings and errors that were logged.
    pub fn complaints(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        text.lines()
            .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
            .map(ToOwned::to_owned)
            .collect()
    }
}

fn guard(pid: u32, dir: &Path) -> ChildStdin {
    let mut guard = Command::new("sh");
    guard
        .args(["-c", GUARD, "guard", &pid.to_string()])
        .arg(dir);
    guard.stdin(Stdio::piped()).stdout(Stdio::null());
    guard.stderr(Stdio::null());
    guard.spawn().unwrap().stdin.take().unwrap()
}

fn wait_for_ports(jura: &mut Child, port_file: &Path, log: &Path) -> Value {
    let deadline = Instant::now() + START_TIMEOUT;
    let told = || std::fs::read_to_string(log).unwrap_or_default();
    loop {
        if let Ok(text) = std::fs::read_to_string(port_file) {
            return serde_json::from_str(&text).unwrap();
        }
        if let Some(status) = jura.try_wait().unwrap() {
            panic!("jura ended with {status}:\n{}", told());
        }
        assert!(
            Instant::now() < deadline,
            "jura did not come up:\n{}",
            told()
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A process that is not to run for long.
pub struct Ended {
    pub status: ExitStatus,
    /// What it wrote to standard error.
    pub told: String,
}

/// Runs `jura` until it ends; one that does not within `patience` is ended, and the test fails.
pub fn run_to_end(args: &[&str], patience: Duration) -> Ended {
    let started = Instant::now();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("jura.log");
    let mut child = jura(args)
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    loop {
        let told = || std::fs::read_to_string(&log).unwrap();
        if let Some(status) = child.try_wait().unwrap() {
            let told = told();
            return Ended { status, told };
        }
        if started.elapsed() > patience {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("jura {args:?} still runs after {patience:?}:\n{}", told());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn jura(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jura"));
    command.args(args).stdin(Stdio::null());
    // what the caller's shell has set is none of the test's business
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("JURA__")) {
        command.env_remove(name);
    }
    command.env("NO_COLOR", "1");
    command
}

//! A `jura` process under test.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a process may take to come up on a busy machine.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A running sandbox.
pub struct Jura {
    child: Child,
    ports: Value,
    log: PathBuf,
}

impl Jura {
    /// Starts a sandbox with free ports and waits until it is ready. `dir` takes its log and port
    /// file; `args` say where its data is.
    pub fn sandbox(dir: &Path, args: &[&str]) -> Self {
        Self::sandbox_with_log(dir, args, "info")
    }

    /// The same, with another filter of what is logged.
    pub fn sandbox_with_log(dir: &Path, args: &[&str], filter: &str) -> Self {
        let port_file = dir.join("ports.json");
        // of the process before
        let _ = std::fs::remove_file(&port_file);
        let log = dir.join("jura.log");
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_jura"))
            .arg("sandbox")
            .args(["--ledger-api-port", "0", "--admin-api-port", "0"])
            .args(["--sequencer-public-port", "0"])
            .arg("--canton-port-file")
            .arg(&port_file)
            .args(args)
            .env("JURA__LOGGING__FILTER", filter)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut jura = Self {
            child,
            ports: Value::Null,
            log,
        };
        jura.ports = jura.wait_for_ports(&port_file);
        jura
    }

    fn wait_for_ports(&mut self, port_file: &Path) -> Value {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Ok(text) = std::fs::read_to_string(port_file) {
                return serde_json::from_str(&text).unwrap();
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("jura ended with {status}:\n{}", self.log_tail());
            }
            assert!(
                Instant::now() < deadline,
                "jura did not come up:\n{}",
                self.log_tail()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The Ledger API of a participant.
    pub fn ledger_api(&self, participant: &str) -> String {
        let port = &self.ports[participant]["ledgerApi"];
        format!("http://127.0.0.1:{port}")
    }

    /// A port of a component, as text.
    pub fn port(&self, component: &str, name: &str) -> String {
        self.ports[component][name].to_string()
    }

    /// Ends the process as `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to end, and waits until it has.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").arg(&pid).status().unwrap();
        assert!(asked.success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}:\n{}", self.log_tail());
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last lines of the log.
    pub fn log_tail(&self) -> String {
        let text = self.log();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Jura {
    fn drop(&mut self) {
        // ended already, or a test failed
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

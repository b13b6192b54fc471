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
        Self::sandbox_with(dir, args, &[("JURA__LOGGING__FILTER", filter)])
    }

    /// The same, with configuration by variables.
    pub fn sandbox_with(dir: &Path, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let port_file = dir.join("ports.json");
        // of the process before
        let _ = std::fs::remove_file(&port_file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_jura"));
        command
            .arg("sandbox")
            .args(["--ledger-api-port", "0", "--admin-api-port", "0"])
            .args(["--sequencer-public-port", "0"])
            .arg("--canton-port-file")
            .arg(&port_file)
            .args(args)
            .envs(variables.iter().copied());
        Self::start(dir, &mut command).with_ports(|_| {
            let text = std::fs::read_to_string(&port_file).ok()?;
            Some(serde_json::from_str(&text).unwrap())
        })
    }

    /// Starts what a configuration says and waits until it is ready. `dir` takes the configuration and the
    /// log, which says everything.
    pub fn run(dir: &Path, config: &str) -> Self {
        let file = dir.join("jura.toml");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_jura"));
        command.arg("run").arg("-c").arg(&file);
        command.env("JURA__LOGGING__FILTER", "debug");
        command.env("JURA__LOGGING__FORMAT", "json");
        Self::start(dir, &mut command).with_ports(logged_ports)
    }

    fn start(dir: &Path, command: &mut Command) -> Self {
        let log = dir.join("jura.log");
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .spawn()
            .unwrap();
        Self {
            child,
            ports: Value::Null,
            log,
        }
    }

    /// Waits until the ports can be told from the log, or elsewhere.
    fn with_ports(mut self, ports: impl Fn(&str) -> Option<Value>) -> Self {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(ports) = ports(&self.log()) {
                self.ports = ports;
                return self;
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

/// Where a process listens that has logged so, and that it is ready.
fn logged_ports(log: &str) -> Option<Value> {
    let mut ports = Value::Null;
    for line in log.lines() {
        // the last one may be on its way
        let line: Value = serde_json::from_str(line).ok()?;
        let fields = &line;
        let port = |name: &str| {
            let (_, port) = fields[name].as_str()?.rsplit_once(':')?;
            port.parse::<u16>().ok()
        };
        match fields["message"].as_str() {
            Some("listening") => {
                for (kind, name, key) in [
                    ("participant", "ledger_api", "ledgerApi"),
                    ("domain", "public_api", "publicApi"),
                ] {
                    if let (Some(component), Some(port)) = (fields[kind].as_str(), port(name)) {
                        ports[component][key] = port.into();
                    }
                }
            }
            Some("ready") => return Some(ports),
            _ => {}
        }
    }
    None
}

impl Drop for Jura {
    fn drop(&mut self) {
        // ended already, or a test failed
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

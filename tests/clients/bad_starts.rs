//! A process that cannot work ends at once, and says what was wrong, where and what to do.

use std::path::Path;
use std::time::Duration;

use super::process::{Sandbox, run_to_end, shared};

/// How long a process may take to give up. Far more than it needs: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks that a process with these arguments fails, and that it says all of these words. All that
/// it says.
#[track_caller]
fn fails(args: &[&str], words: &[&str]) -> String {
    let ended = run_to_end(args, PATIENCE);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.told);
    for word in words {
        assert!(ended.told.contains(word), "no {word:?} in: {}", ended.told);
    }
    assert!(!ended.told.contains("panic"), "{}", ended.told);
    ended.told
}

/// The same of a sandbox that takes no port from anybody.
#[track_caller]
fn sandbox_fails(args: &[&str], words: &[&str]) -> String {
    let ports = ["--admin-api-port", "0", "--sequencer-public-port", "0"];
    let sandbox = ["sandbox", "--ledger-api-port", "0"];
    fails(&[&sandbox[..], &ports, args].concat(), words)
}

#[test]
fn a_database_that_does_not_answer_is_named_without_its_password() {
    let url = "postgresql://me:hunter2@127.0.0.1:1/ledger";
    let words = ["ledger at 127.0.0.1:1", "refused", "check its URL"];
    let told = sandbox_fails(&["--database-url", url], &words);
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_database_host_that_does_not_exist_is_named() {
    let url = "postgresql://me@no-such-host.invalid/ledger";
    let words = ["no-such-host.invalid:5432", "check its URL"];
    sandbox_fails(&["--database-url", url], &words);
}

#[test]
fn a_database_url_that_is_none_is_refused() {
    let words = [
        "database URL",
        "postgresql://user:password@host:port/database",
    ];
    sandbox_fails(&["--database-url", "nonsense"], &words);
}

#[test]
fn a_protocol_version_that_there_is_none_of_is_refused() {
    let words = [
        "domains.domain1.protocol-version",
        "36 is not one of 34, 35",
    ];
    sandbox_fails(&["-C", "domains.domain1.protocol-version=36"], &words);
}

#[test]
fn a_port_in_use_is_named() {
    let port = shared().ledger_api_port("participant1").to_string();
    let address = format!("127.0.0.1:{port}");
    let args = ["sandbox", "--ledger-api-port", &port];
    fails(&args, &[&address, "in use", "choose another port"]);
}

#[test]
fn a_typo_in_a_configuration_file_names_the_nearest_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "[domains.d]\n[participants.p.ledger-api]\nprot = 0\n";
    std::fs::write(file.path(), text).unwrap();
    let words = ["ledger-api.prot", "did you mean", "ledger-api.port?"];
    fails(&["run", "-c", path(file.path())], &words);
}

#[test]
fn a_typo_on_the_command_line_names_the_nearest_key() {
    let words = ["databse", "did you mean", "database?"];
    sandbox_fails(&["-C", "databse.url=x"], &words);
}

#[test]
fn a_configuration_file_that_is_not_there_is_named() {
    let words = ["no-such-file.toml", "No such file"];
    fails(&["run", "-c", "no-such-file.toml"], &words);
}

#[test]
fn a_configuration_file_that_is_no_toml_says_where() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[domains.d]\n[participants.p\n").unwrap();
    let name = file.path().file_name().unwrap().to_str().unwrap();
    fails(
        &["run", "-c", path(file.path())],
        &[name, "[participants.p"],
    );
}

#[test]
fn a_data_directory_has_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let dir = path(dir.path());
    let first = Sandbox::start(&["--data-dir", dir]);
    let holder = format!("process {}", first.pid);
    let words = [dir, "in use", &holder, "choose another directory"];
    sandbox_fails(&["--data-dir", dir], &words);
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let words = ["/proc/nothing", "cannot create data directory"];
    sandbox_fails(&["--data-dir", "/proc/nothing"], &words);
}

#[test]
fn a_role_that_does_not_exist_names_the_nearest() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[domains.d]\n[participants.p]\n").unwrap();
    let args = ["run", "-c", path(file.path()), "--only", "p.snyc"];
    fails(&args, &["--only", "p.snyc", "did you mean p.sync?"]);
}

#[test]
fn a_role_that_needs_one_elsewhere_says_that_this_is_not_supported_yet() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[domains.d]\n[participants.p]\n").unwrap();
    let args = ["run", "-c", path(file.path()), "--only", "p.ledger-api"];
    fails(&args, &["p.ledger-api", "p.sync", "not supported yet"]);
}

#[test]
fn a_dar_that_is_not_there_is_named() {
    let words = ["no-such-file.dar", "No such file"];
    sandbox_fails(&["--dar", "no-such-file.dar"], &words);
}

#[test]
fn a_dar_that_is_none_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "nonsense").unwrap();
    let file = path(file.path());
    sandbox_fails(&["--dar", file], &[file, "INVALID_DAR", "no DAR"]);
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

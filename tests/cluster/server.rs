//! A PostgreSQL server of the test's own.

use jura::storage::{LocalServer, LocalServerError};

/// A server in a folder that is removed with it; `None` where PostgreSQL is not installed, which is
/// said, and is a failure where everything must run.
pub fn start() -> Option<Server> {
    let dir = tempfile::Builder::new()
        .prefix("jura-test-")
        .tempdir()
        .unwrap();
    match LocalServer::start(&dir.path().join("server")) {
        Ok(server) => Some(Server { server, _dir: dir }),
        Err(LocalServerError::NotInstalled) if std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: {}", LocalServerError::NotInstalled);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// A running server.
pub struct Server {
    server: LocalServer,
    _dir: tempfile::TempDir,
}

impl Server {
    /// How to reach it.
    pub fn url(&self) -> String {
        self.server.url()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.server.stop();
    }
}

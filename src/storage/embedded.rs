//! The PostgreSQL inside this process (`pglite-oxide`).
//!
//! It runs with fsync off: it survives the end of the process, however it ends, but not a power
//! cut. It serves one connection, over a socket in a private folder.

use std::path::Path;

use pglite_oxide::PgliteServer;
use tokio_postgres::Config;

use super::Error;

/// The name that PostgreSQL clients give to the socket of port 5432.
const SOCKET: &str = ".s.PGSQL.5432";

/// A running embedded server.
#[derive(Debug)]
pub(super) struct Embedded {
    server: Option<PgliteServer>,
    config: Config,
    /// Apart from the data directory: paths of sockets are short.
    _socket_dir: tempfile::TempDir,
}

impl Embedded {
    /// Starts the server on `dir`. Blocks for some tenths of a second.
    pub(super) fn start(dir: &Path) -> Result<Self, Error> {
        let cannot = |error: &dyn std::fmt::Display| {
            Error::Config(format!(
                "cannot start the embedded database in {}: {error}",
                dir.display()
            ))
        };
        let socket_dir = tempfile::Builder::new()
            .prefix("jura-socket-")
            .tempdir()
            .map_err(|error| cannot(&error))?;
        let server = PgliteServer::builder()
            .path(dir.join("postgres"))
            .unix(socket_dir.path().join(SOCKET))
            // checkpoints are made by our own maintenance; this bounds the space kept in between
            .postgres_config("max_wal_size", "256MB")
            .postgres_config("shared_buffers", "64MB")
            // as for sessions by URL
            .postgres_config("plan_cache_mode", "force_generic_plan")
            .postgres_config("client_min_messages", "warning")
            .start()
            .map_err(|error| cannot(&format!("{error:#}")))?;
        let mut config = Config::new();
        config
            .host_path(socket_dir.path())
            .port(5432)
            .user("postgres")
            .dbname("template1");
        Ok(Self {
            server: Some(server),
            config,
            _socket_dir: socket_dir,
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Ends the server once its connection is closed. Blocks until then.
    pub(super) fn stop(mut self) {
        if let Some(server) = self.server.take()
            && let Err(error) = server.shutdown()
        {
            tracing::warn!(%error, "the embedded database did not stop cleanly");
        }
    }
}

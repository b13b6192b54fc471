//! Which database, and how much of it.

use std::path::PathBuf;
use std::time::Duration;

/// Where a process keeps its state.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// Which server.
    pub kind: DatabaseKind,
    /// Bounds of the pool.
    pub pool: PoolConfig,
}

/// The kinds of servers.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseKind {
    /// The PostgreSQL inside this process; survives the process, not a power cut.
    Embedded {
        /// The data directory.
        dir: PathBuf,
    },
    /// A private server started from binaries found on the machine.
    Local {
        /// The data directory.
        dir: PathBuf,
    },
    /// A server by URL or key-value string.
    Url(String),
}

/// Bounds of a pool.
#[derive(Debug, Clone, Copy)]
pub struct PoolConfig {
    /// Connections at most; the embedded server has one, whatever this says.
    pub size_max: usize,
    /// How long to wait for a free connection.
    pub wait_timeout: Duration,
    /// How long to wait for a new connection.
    pub connect_timeout: Duration,
    /// How long a statement may take.
    pub statement_timeout: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            size_max: 16,
            wait_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

impl std::fmt::Debug for DatabaseKind {
    /// A URL can hold a password: it is not shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded { dir } => write!(f, "Embedded({})", dir.display()),
            Self::Local { dir } => write!(f, "Local({})", dir.display()),
            Self::Url(_) => write!(f, "Url(…)"),
        }
    }
}

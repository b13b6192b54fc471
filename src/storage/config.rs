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

impl std::fmt::Display for DatabaseKind {
    /// For people: where the database is, never a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded { dir } => write!(f, "embedded database in {}", dir.display()),
            Self::Local { dir } => write!(f, "local database in {}", dir.display()),
            Self::Url(url) => match url.parse::<tokio_postgres::Config>() {
                Ok(config) => write!(f, "database {}", address(&config)),
                // what is wrong with it is said where it is used
                Err(_) => write!(f, "database by URL"),
            },
        }
    }
}

fn address(config: &tokio_postgres::Config) -> String {
    use tokio_postgres::config::Host;
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
        let port = ports.get(index).or(ports.first()).unwrap_or(&5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    });
    let hosts: Vec<String> = hosts.collect();
    let name = config.get_dbname().or(config.get_user());
    format!("{} at {}", name.unwrap_or_default(), hosts.join(","))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_where_a_database_is_but_no_password() {
        let told = |url: &str| DatabaseKind::Url(url.to_owned()).to_string();
        let url = "postgresql://me:secret@one:1000,two:2000/ledger";
        assert_eq!(told(url), "database ledger at one:1000,two:2000");
        let url = "host=/run/postgresql user=me password=secret";
        assert_eq!(told(url), "database me at /run/postgresql:5432");
        assert_eq!(told("secret"), "database by URL");
    }
}

//! A private PostgreSQL server, started from binaries found on the machine: for durable development
//! without set-up, and for tests.
//!
//! PostgreSQL refuses to run as root; then it runs as `postgres` or `nobody`.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders in which distributions keep the server's programs, besides the PATH; `*` is a version.
const USUAL_FOLDERS: [&str; 4] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
];

/// Users to run as instead of root, the first that exists.
const UNPRIVILEGED_USERS: [&str; 2] = ["postgres", "nobody"];

/// A running server with a data directory and a socket of its own.
#[derive(Debug)]
pub struct LocalServer {
    binaries: PathBuf,
    data: PathBuf,
    sockets: PathBuf,
    user: Option<(u32, u32)>,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum LocalServerError {
    /// Nobody has installed PostgreSQL here.
    #[error(
        "no PostgreSQL server found: initdb and pg_ctl are neither on the PATH nor in the usual folders"
    )]
    NotInstalled,
    /// PostgreSQL does not run as root, and there is nobody else.
    #[error("PostgreSQL does not run as root, and there is no user postgres or nobody")]
    NoUser,
    /// A program of the server failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Which one.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// A file or folder could not be made.
    #[error("cannot prepare {path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The folder with `initdb` and `pg_ctl`, the newest version if there are several.
pub fn find_binaries() -> Option<PathBuf> {
    let has_both = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).find(has_both);
    on_path.or_else(|| {
        let mut found: Vec<PathBuf> = USUAL_FOLDERS
            .iter()
            .flat_map(|pattern| expand(pattern))
            .filter(has_both)
            .collect();
        found.sort();
        found.pop()
    })
}

/// The folders that match a path with one `*` in one of its parts.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![pattern.into()];
    };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| PathBuf::from(format!("{}{after}", entry.path().display())))
        .collect()
}

impl LocalServer {
    /// Starts a server in `dir`, initialised if it is new; if one runs there already, that one.
    ///
    /// # Errors
    /// See [`LocalServerError`].
    pub fn start(dir: &Path) -> Result<Self, LocalServerError> {
        let binaries = find_binaries().ok_or(LocalServerError::NotInstalled)?;
        // the server's programs run in a directory of their own
        let dir = &std::path::absolute(dir).map_err(|source| LocalServerError::Io {
            path: dir.to_owned(),
            source,
        })?;
        let server = Self {
            binaries,
            data: dir.join("data"),
            sockets: dir.join("sockets"),
            user: unprivileged_user()?,
        };
        server.prepare(dir)?;
        if !server.data.join("PG_VERSION").exists() {
            server.run(
                "initdb",
                &[
                    "--username=jura",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    "-D",
                ],
            )?;
        }
        if !server.is_running() {
            server.boot()?;
        }
        Ok(server)
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        format!(
            "host={} port=5432 user=jura dbname=postgres",
            self.sockets.display()
        )
    }

    /// Stops it and waits for its end.
    pub fn stop(&self) {
        if let Err(error) = self.run("pg_ctl", &["stop", "-m", "fast", "-w", "-D"]) {
            tracing::warn!(%error, "the local database server did not stop");
        }
    }

    /// Ends it as a crash would: no checkpoint, recovery at the next start.
    ///
    /// # Errors
    /// If it does not run.
    pub fn crash(&self) -> Result<(), LocalServerError> {
        self.run("pg_ctl", &["stop", "-m", "immediate", "-w", "-D"])
    }

    /// Starts it again after [`LocalServer::crash`].
    ///
    /// # Errors
    /// If it does not start.
    pub fn boot(&self) -> Result<(), LocalServerError> {
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={}",
            self.sockets.display()
        );
        let log = self.data.with_file_name("server.log");
        let log = log.display().to_string();
        self.run("pg_ctl", &["start", "-w", "-l", &log, "-o", &options, "-D"])
    }

    fn is_running(&self) -> bool {
        self.run("pg_ctl", &["status", "-D"]).is_ok()
    }

    fn prepare(&self, dir: &Path) -> Result<(), LocalServerError> {
        for path in [dir, &self.data, &self.sockets] {
            let io = |source| LocalServerError::Io {
                path: path.to_owned(),
                source,
            };
            std::fs::create_dir_all(path).map_err(io)?;
            if let Some((user, group)) = self.user {
                chown(path, Some(user), Some(group)).map_err(io)?;
            }
        }
        if self.user.is_some()
            && let Some(parent) = dir.parent()
        {
            make_passable(parent)?;
        }
        Ok(())
    }

    /// Runs a program of the server with the data directory as its last argument.
    fn run(&self, program: &'static str, args: &[&str]) -> Result<(), LocalServerError> {
        let mut command = Command::new(self.binaries.join(program));
        command
            .args(args)
            .arg(&self.data)
            .current_dir(&self.sockets)
            .stdin(Stdio::null())
            .env_remove("PGDATA");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // a file, not a pipe: the server inherits it and would hold a pipe open
        let failed = |output: String| LocalServerError::Program { program, output };
        let file = tempfile::tempfile().map_err(|error| failed(error.to_string()))?;
        let copy = file
            .try_clone()
            .map_err(|error| failed(error.to_string()))?;
        let mut output = file
            .try_clone()
            .map_err(|error| failed(error.to_string()))?;
        let status = command
            .stdout(Stdio::from(file))
            .stderr(Stdio::from(copy))
            .status()
            .map_err(|error| failed(error.to_string()))?;
        if status.success() {
            return Ok(());
        }
        let mut text = String::new();
        let said = std::io::Seek::rewind(&mut output)
            .and_then(|()| std::io::Read::read_to_string(&mut output, &mut text));
        Err(failed(match said {
            Ok(_) => text.trim().replace('\n', " · "),
            Err(error) => error.to_string(),
        }))
    }
}

/// Lets other users pass through a folder of ours (they still cannot list it).
fn make_passable(path: &Path) -> Result<(), LocalServerError> {
    use std::os::unix::fs::PermissionsExt;
    let io = |source| LocalServerError::Io {
        path: path.to_owned(),
        source,
    };
    let mut permissions = std::fs::metadata(path).map_err(io)?.permissions();
    permissions.set_mode(permissions.mode() | 0o011);
    std::fs::set_permissions(path, permissions).map_err(io)
}

/// User and group to run as; none when this process is not root's.
fn unprivileged_user() -> Result<Option<(u32, u32)>, LocalServerError> {
    use std::os::unix::fs::MetadataExt;
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    if !is_root {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    UNPRIVILEGED_USERS
        .iter()
        .find_map(|wanted| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                let name = fields.next()?;
                let (user, group) = (fields.nth(1)?, fields.next()?);
                (name == *wanted).then_some((user.parse().ok()?, group.parse().ok()?))
            })
        })
        .map(Some)
        .ok_or(LocalServerError::NoUser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_a_version_in_the_middle_are_found() {
        let dir = tempfile::tempdir().unwrap();
        for version in ["13", "17"] {
            std::fs::create_dir_all(dir.path().join(version).join("bin")).unwrap();
        }
        let pattern = format!("{}/*/bin", dir.path().display());
        let mut found = expand(&pattern);
        found.sort();
        assert_eq!(found.len(), 2);
        assert!(found[1].ends_with("17/bin"));
    }
}

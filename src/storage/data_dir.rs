//! A data directory, held by one process at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// The file whose lock says that the directory is taken. The system releases it when the process
/// ends, however it ends.
const LOCK_FILE: &str = "jura.lock";

/// A directory that this process holds until the value is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: File,
    /// Removes the directory at the end, if it was made for this run only.
    temporary: Option<tempfile::TempDir>,
}

impl DataDir {
    /// Takes `path`, creating it if needed.
    ///
    /// # Errors
    /// [`Error::InUse`] if another process holds it; [`Error::Config`] if it cannot be written.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let cannot = |doing: &str, error: std::io::Error| {
            Error::Config(format!(
                "cannot {doing} data directory {}: {error}",
                path.display()
            ))
        };
        std::fs::create_dir_all(path).map_err(|error| cannot("create", error))?;
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK_FILE))
            .map_err(|error| cannot("write to", error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    dir: path.display().to_string(),
                    holder: holder(&mut lock),
                });
            }
            Err(TryLockError::Error(error)) => return Err(cannot("lock", error)),
        }
        name_holder(&mut lock).map_err(|error| cannot("write to", error))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
            temporary: None,
        })
    }

    /// A fresh directory that is removed when the value is dropped.
    ///
    /// # Errors
    /// [`Error::Config`] if the system's folder for temporary files cannot be written.
    pub fn temporary() -> Result<Self, Error> {
        let temporary = tempfile::Builder::new()
            .prefix("jura-")
            .tempdir()
            .map_err(|error| {
                Error::Config(format!("cannot create a temporary data directory: {error}"))
            })?;
        let mut dir = Self::open(temporary.path())?;
        dir.temporary = Some(temporary);
        Ok(dir)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn name_holder(lock: &mut File) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    write!(lock, "process {}", std::process::id())
}

fn holder(lock: &mut File) -> String {
    let mut text = String::new();
    match lock.read_to_string(&mut text) {
        Ok(_) if !text.is_empty() => text,
        _ => "unknown process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_has_one_holder() {
        let dir = DataDir::temporary().unwrap();
        let second = DataDir::open(dir.path());
        assert!(matches!(second, Err(Error::InUse { .. })), "{second:?}");
        let path = dir.path().to_owned();
        drop(dir);
        assert!(!path.exists());
    }
}

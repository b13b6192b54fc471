//! Files that appear whole: whoever sees one can read it.

use std::io::{Error, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file, in place of one that is there.
///
/// # Errors
/// If it cannot be written; nothing is left behind then.
pub(super) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = |error: Error| cannot_write(path, &error);
    let mut file = begin(path)?;
    file.write_all(bytes).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}

/// Whether a file can be written, before there is anything to write.
///
/// # Errors
/// If it cannot.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    if path.is_dir() {
        return Err(cannot_write(path, &ErrorKind::IsADirectory.into()));
    }
    begin(path).map(drop)
}

/// The file under another name.
fn begin(path: &Path) -> anyhow::Result<NamedTempFile> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    tempfile::Builder::new()
        // temporary files are private by default; this one is for everyone whom the mask allows
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(dir.unwrap_or(Path::new(".")))
        .map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &Error) -> anyhow::Error {
    // the crate adds the name that the file would have had first
    let told = error.to_string();
    let told = told.split(" at path ").next().unwrap_or_default();
    anyhow::anyhow!("cannot write {}: {told}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_file_cannot_be_is_known_before_and_told_in_the_words_of_the_system() {
        let dir = tempfile::tempdir().unwrap();
        let nowhere = dir.path().join("missing").join("file");
        for failed in [check(&nowhere), write(&nowhere, b"x")] {
            let told = format!("{:#}", failed.unwrap_err());
            assert!(told.starts_with("cannot write "), "{told}");
            assert!(
                told.ends_with("file: No such file or directory (os error 2)"),
                "{told}"
            );
        }
        assert!(check(dir.path()).is_err());
        check(&dir.path().join("file")).unwrap();
        // nothing is left behind
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

//! Files that appear whole: whoever sees one can read it.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Writes a file, in place of one that is there.
///
/// # Errors
/// If it cannot be written; nothing is left behind then.
pub(super) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let cannot = |error: std::io::Error| {
        // the system's words name the file that it would have been first
        anyhow::anyhow!("cannot write {}: {}", path.display(), error.kind())
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        // temporary files are private by default; this one is for everyone whom the mask allows
        .permissions(std::fs::Permissions::from_mode(0o666))
        .tempfile_in(dir.unwrap_or(Path::new(".")))
        .map_err(cannot)?;
    file.write_all(bytes).map_err(cannot)?;
    file.persist(path).map_err(|error| cannot(error.error))?;
    Ok(())
}

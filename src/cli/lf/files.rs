//! Files that are read: texts and DARs.

use std::io::Read;
use std::path::Path;

use anyhow::Context;

use crate::lf::archive::{Dar, read_dar};

/// Reads a file; `-` is standard input.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let context = || format!("cannot read {}", path.display());
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .with_context(context)?;
        return Ok(bytes);
    }
    std::fs::read(path).with_context(context)
}

/// Whether a file's content is a DAR: it is a ZIP.
pub(super) fn is_dar(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Reads a DAR.
pub(super) fn open(path: &Path) -> anyhow::Result<Dar> {
    read_dar(&read(path)?).with_context(|| path.display().to_string())
}

//! `jura lf`: Daml-LF as text, and what is in a DAR.
//!
//! `build` makes a DAR of a text, `inspect` tells what a DAR has. Both work on files only; no ledger is
//! needed.

mod build;
mod inspect;

use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use anyhow::Context;

use super::args::LfCommand;
use crate::lf::archive::{Dar, read_dar};

pub(super) fn run(command: &LfCommand) -> anyhow::Result<()> {
    match command {
        LfCommand::Build(args) => build::run(args),
        LfCommand::Inspect(args) => inspect::run(args),
    }
}

/// Reads a file; `-` is standard input.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
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

fn open(path: &Path) -> anyhow::Result<Dar> {
    read_dar(&read(path)?).with_context(|| path.display().to_string())
}

/// Writes to standard output; a reader that has seen enough (`| head`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

//! `jura lf`: Daml-LF as text, and what is in a DAR.
//!
//! `build` makes a DAR of a text, `inspect` tells what a DAR has. Both work on files only; no ledger is
//! needed.

mod build;
mod inspect;

mod files;

use super::args::LfCommand;

pub(super) fn run(command: &LfCommand) -> anyhow::Result<()> {
    match command {
        LfCommand::Build(args) => build::run(args),
        LfCommand::Inspect(args) => inspect::run(args),
    }
}

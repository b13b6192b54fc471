//! `jura lf`: Daml-LF as text, and what is in a DAR.
//!
//! `build` makes a DAR of a text, `dump` a text of a DAR, `inspect` tells what a DAR has, `check` whether a
//! ledger would take it. All work on files only; no ledger is needed.

mod build;
mod check;
mod dump;
mod inspect;

mod files;

use super::args::LfCommand;

pub(super) fn run(command: &LfCommand) -> anyhow::Result<()> {
    match command {
        LfCommand::Build(args) => build::run(args),
        LfCommand::Dump(args) => dump::run(args),
        LfCommand::Inspect(args) => inspect::run(args),
        LfCommand::Check(args) => check::run(args),
    }
}

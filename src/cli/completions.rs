//! `jura completions`: what a shell needs to complete our commands.

use std::io::Write;

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "jura", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(())
}

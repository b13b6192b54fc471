//! `jura completions`: what a shell needs to complete our commands.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::output::print;

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "jura", &mut script);
    print(&String::from_utf8(script)?)
}

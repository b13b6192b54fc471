//! The command line: one file per command.
//!
//! Commands print for people on standard output, and what programs want to read where they ask for
//! it (`--json`, port files). Logs go to standard error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is where people read"
)]

mod args;
mod listening;
mod output;
mod ports;
mod whole_file;

mod run;
mod sandbox;

mod demo;

mod health;

mod admin;

mod bench;

mod lf;

mod script;

mod completions;

pub use args::Cli;

use args::{BenchCommand, Command};
use clap::Parser;
use std::process::ExitCode;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Sandbox(args) => sandbox::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Health(args) => return health::run(&args),
        Command::Admin(command) => admin::run(&command),
        Command::Bench(BenchCommand::Ledger(args)) => bench::run(&args),
        Command::Lf(command) => lf::run(&command),
        Command::Script(args) => return script::run(&args),
        Command::Completions(args) => completions::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jura: {error:#}");
            ExitCode::FAILURE
        }
    }
}

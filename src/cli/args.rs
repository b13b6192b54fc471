//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Jura: a Canton-compatible distributed-ledger node, built for high availability.
#[derive(Debug, Parser)]
#[command(name = "jura", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One participant and one domain in this process, to work against with your own DARs
    Sandbox(SandboxArgs),
    /// Run what a configuration file says
    Run(RunArgs),
    /// Ask a node how it is
    Health(HealthArgs),
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct ConfigArgs {
    /// Configuration file (TOML); later files win
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A single key, over everything else: -C participants.participant1.ledger-api.port=7000
    #[arg(short = 'C', value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
    /// Print the configuration in force and end
    #[arg(long)]
    pub dump_config: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct SandboxArgs {
    /// Port of the gRPC Ledger API; 0 picks a free one. Participant N listens at this port plus
    /// 10 × (N - 1)
    #[arg(long, alias = "port", default_value_t = 6865, value_name = "PORT")]
    pub ledger_api_port: u16,
    /// Port of the gRPC admin API; 0 picks a free one
    #[arg(long, default_value_t = 6866, value_name = "PORT")]
    pub admin_api_port: u16,
    /// Port of the JSON Ledger API (there is none yet: the port stays closed)
    #[arg(long, default_value_t = 6864, value_name = "PORT")]
    pub json_api_port: u16,
    /// Port of the sequencer's public API; 0 picks a free one
    #[arg(long, default_value_t = 6867, value_name = "PORT")]
    pub sequencer_public_port: u16,
    /// Port for health and metrics over HTTP; 0 picks a free one; none unless given
    #[arg(long, value_name = "PORT")]
    pub health_port: Option<u16>,
    /// A DAR to upload at every participant
    #[arg(long = "dar", value_name = "FILE")]
    pub dars: Vec<PathBuf>,
    /// Time stands still until it is set through the time service
    #[arg(long)]
    pub static_time: bool,
    /// Write the Ledger API port of participant1 into this file when ready
    #[arg(long, value_name = "FILE")]
    pub port_file: Option<PathBuf>,
    /// Write all ports into this file (JSON) when ready
    #[arg(long, value_name = "FILE")]
    pub canton_port_file: Option<PathBuf>,
    /// How many participants
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=50))]
    pub participants: u16,
    /// Keep data here; without it, data is removed at the end
    #[arg(long, value_name = "DIR", conflicts_with = "database_url")]
    pub data_dir: Option<PathBuf>,
    /// A PostgreSQL server (14 or newer) instead of the embedded one
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

#[derive(Debug, Clone, Args)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    /// Run only this role (participant1.sync) or this component (participant1); all without it
    #[arg(long, value_name = "ROLE")]
    pub only: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct HealthArgs {
    /// Where the node serves health
    #[arg(default_value = "127.0.0.1:6870", value_name = "HOST:PORT")]
    pub address: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

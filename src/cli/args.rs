//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::admin::AdminCommand;
use super::ports;
use crate::config::ProtocolVersion;
use crate::script::Options;

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
    /// A network in this process that settles a trade before your eyes
    Demo(DemoArgs),
    /// Ask a node how it is
    Health(HealthArgs),
    #[command(flatten)]
    Admin(AdminCommand),
    /// Measure a ledger
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Daml-LF: make DARs of texts, look into DARs
    #[command(subcommand)]
    Lf(LfCommand),
    /// Run the Daml Scripts of a DAR
    Script(ScriptArgs),
    /// Print what a shell needs to complete these commands
    Completions(CompletionsArgs),
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
    #[arg(long, alias = "port", default_value_t = ports::LEDGER_API, value_name = "PORT")]
    pub ledger_api_port: u16,
    /// Port of the gRPC admin API; 0 picks a free one
    #[arg(long, default_value_t = ports::ADMIN_API, value_name = "PORT")]
    pub admin_api_port: u16,
    /// Port of the JSON Ledger API (there is none yet: the port stays closed)
    #[arg(long, default_value_t = ports::JSON_API, value_name = "PORT")]
    pub json_api_port: u16,
    /// Port of the sequencer's public API; 0 picks a free one
    #[arg(long, default_value_t = ports::SEQUENCER_PUBLIC, value_name = "PORT")]
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
    /// Protocol version of the domain, the same on all its participants: up to 34, an exception may undo
    /// creates and archives
    #[arg(long, value_enum, default_value_t = ProtocolVersion::V35, value_name = "VERSION")]
    pub protocol_version: ProtocolVersion,
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
    #[arg(default_value_t = format!("127.0.0.1:{}", ports::HEALTH), value_name = "HOST:PORT")]
    pub address: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct DemoArgs {
    /// End after the story
    #[arg(long)]
    pub exit: bool,
    /// A single configuration key: -C logging.filter=info
    #[arg(short = 'C', value_name = "KEY=VALUE")]
    pub overrides: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum BenchCommand {
    /// Keep any Ledger API v2 busy, Jura's or another's, and tell how it did
    Ledger(BenchLedgerArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct BenchLedgerArgs {
    /// Where the ledger is
    #[arg(long, default_value = "127.0.0.1", value_name = "HOST")]
    pub ledger_host: String,
    /// Port of its gRPC Ledger API; repeatable for participants of one network, among which the parties
    /// are spread
    #[arg(long = "ledger-port", default_values_t = [ports::LEDGER_API], value_name = "PORT")]
    pub ledger_ports: Vec<u16>,
    /// What the clients do
    #[arg(long, value_enum, default_value_t = BenchModel::Create)]
    pub model: BenchModel,
    /// Contracts that are made on each participant before, and that nobody touches
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub contracts: usize,
    /// Clients that work side by side, each with one command at a time
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub clients: u16,
    /// How long to measure
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// How long to work before anything counts
    #[arg(long, default_value_t = 2, value_name = "S", value_parser = clap::value_parser!(u64).range(..=3_600))]
    pub warmup: u64,
    /// HTTP/2 connections that the clients share
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub connections: u16,
    /// Bearer token, if the ledger wants one
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// User in whose name to submit; without it the token's, or jura-bench if there is no token
    #[arg(long, value_name = "ID")]
    pub user_id: Option<String>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BenchModel {
    /// One create per command
    Create,
    /// One contract per client that changes its owner with every command
    Transfer,
    /// Delivery versus payment: two contracts per client that change sides with every command
    Dvp,
    /// Settlement of ten legs among four traders, who are spread over the participants
    Settlement,
}

#[derive(Debug, Subcommand)]
pub(super) enum LfCommand {
    /// Make a DAR of a text in the notation of the Daml-LF specification
    Build(LfBuildArgs),
    /// Write a package as text, from which build makes an equal one
    Dump(LfDumpArgs),
    /// Tell what is in a DAR: packages, templates, choices, types
    Inspect(LfInspectArgs),
    /// Check the types of a DAR, or of a text, as a ledger does before it takes it
    Check(LfCheckArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct LfBuildArgs {
    /// The text; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The DAR to write
    #[arg(short = 'o', long, value_name = "DAR")]
    pub output: PathBuf,
    /// A DAR whose packages the text imports; repeatable
    #[arg(long = "dependency", value_name = "DAR")]
    pub dependencies: Vec<PathBuf>,
    /// Build a package that breaks rules of the language, too; no ledger takes it
    #[arg(long)]
    pub unchecked: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct LfDumpArgs {
    /// The DAR or DALF; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Another package of the DAR than its main one: its id, or the beginning of it, or its name
    #[arg(long, value_name = "ID")]
    pub package: Option<String>,
    /// Only this module; repeatable
    #[arg(long = "module", value_name = "MODULE")]
    pub modules: Vec<String>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct LfInspectArgs {
    /// The DAR; - reads standard input
    #[arg(value_name = "DAR")]
    pub file: PathBuf,
    /// All packages in detail, not only the main one
    #[arg(long)]
    pub all: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub(super) struct LfCheckArgs {
    /// The DAR, or a text in the notation of the Daml-LF specification; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A DAR whose packages the text imports; repeatable
    #[arg(long = "dependency", value_name = "DAR")]
    pub dependencies: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("scripts").required(true).args(["all", "script_name"]))]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct ScriptArgs {
    /// The DAR that has the scripts
    #[arg(long, value_name = "FILE")]
    pub dar: PathBuf,
    /// Run all scripts of the main package that have no parameter
    #[arg(long)]
    pub all: bool,
    /// Run one script
    #[arg(long, value_name = "MODULE:NAME")]
    pub script_name: Option<String>,
    /// With --all: only scripts that have this in their names
    #[arg(long, value_name = "TEXT", conflicts_with = "script_name")]
    pub filter: Option<String>,
    /// Time stands still, from the beginning of 1970, until a script sets it
    #[arg(short = 's', long)]
    pub static_time: bool,
    /// Time is that of the system's clock: what happens without --static-time
    #[arg(short = 'w', long, conflicts_with = "static_time")]
    pub wall_clock_time: bool,
    /// Protocol version of the ledger in memory (35 without it): up to 34, an exception may undo creates
    /// and archives. A running ledger has one already
    #[arg(
        long,
        alias = "ide-ledger-protocol-version",
        value_enum,
        conflicts_with = "ledger_host",
        value_name = "VERSION"
    )]
    pub protocol_version: Option<ProtocolVersion>,
    /// Run on the ledger there, not on one in memory. In memory each script has a ledger of its own;
    /// there all find what was left before them: scripts that expect an empty ledger need a new one
    /// each (--script-name)
    #[arg(long, value_name = "HOST", requires = "ledger_port")]
    pub ledger_host: Option<String>,
    /// Port of its gRPC Ledger API
    #[arg(long, value_name = "PORT", requires = "ledger_host")]
    pub ledger_port: Option<u16>,
    /// Bearer token, if the ledger wants one
    #[arg(long, value_name = "TOKEN", requires = "ledger_host")]
    pub token: Option<String>,
    /// User in whose name to submit; without it the token's, or daml-script if there is no token
    #[arg(long, value_name = "ID", requires = "ledger_host")]
    pub user_id: Option<String>,
    /// Upload the DAR to the ledger first
    #[arg(long, requires = "ledger_host")]
    pub upload_dar: bool,
    /// The script's argument as JSON
    #[arg(long, value_name = "FILE")]
    pub input_file: Option<PathBuf>,
    /// Write the script's result here as JSON
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Steps (calls, and work of about that length) that a script may take between two questions, or a
    /// submission in memory
    #[arg(long, value_name = "STEPS", default_value_t = Options::default().steps_max)]
    pub steps_max: u64,
    /// Memory that a script may hold meanwhile, in MiB
    #[arg(long, value_name = "MIB", default_value_t = Options::default().memory_bytes_max >> 20)]
    pub memory_mib_max: u64,
    /// Show every transaction as a tree; with --json, in the report
    #[arg(long)]
    pub transactions: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

impl ValueEnum for ProtocolVersion {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::V34 => "34",
            Self::V35 => "35",
        }))
    }
}

#[derive(Debug, Clone, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell: jura completions bash > jura.bash
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split(' ')).map(|cli| cli.command)
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn bench_has_defaults_for_everything() {
        let Ok(Command::Bench(BenchCommand::Ledger(args))) = parse("jura bench ledger") else {
            panic!("it does not parse");
        };
        assert_eq!(args.ledger_host, "127.0.0.1");
        assert_eq!((args.ledger_ports, args.clients), (vec![6865], 8));
        assert_eq!(args.model, BenchModel::Create);
        assert_eq!((args.warmup, args.seconds), (2, 10));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "jura bench ledger --clients 0",
            "jura bench ledger --seconds 0",
            "jura bench ledger --model swap",
            "jura bench",
            "jura lf build model.daml-lf",
            "jura lf inspect",
            "jura lf dump",
            "jura lf check",
            "jura completions",
            "jura script --dar a.dar",
            "jura script --all",
            "jura script --dar a.dar --all --script-name M:n",
            "jura script --dar a.dar --all --ledger-host localhost",
            "jura script --dar a.dar --all --protocol-version 33",
            "jura script --dar a.dar --all -s -w",
            "jura sandbox --protocol-version 33",
            "jura completions dos",
            "jura demo --extra",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn mistakes_are_told_as_the_kept_text_says() {
        let mistakes = [
            "jura bench ledger --clients 0",
            "jura bench ledger --model swap",
            "jura bench ledger --second 5",
            "jura lf build model.daml-lf",
            "jura completions dos",
            "jura demo --extra",
            "jura sanbox",
            "jura sandbox --participants 51",
            "jura script --dar a.dar --all --protocol-version 34 --ledger-host h --ledger-port 1",
            "jura sandbox --data-dir a --database-url b",
        ];
        let told = mistakes.map(|line| format!("$ {line}\n{}\n", parse(line).unwrap_err()));
        crate::golden::check("cli/mistakes.txt", &told.concat());
    }

    #[test]
    fn scripts_run_in_memory_with_the_latest_protocol_and_the_clock_unless_told_otherwise() {
        let Ok(Command::Script(args)) = parse("jura script --dar a.dar --all") else {
            panic!("it does not parse");
        };
        assert_eq!(args.protocol_version, None);
        assert!(!args.static_time && args.ledger_host.is_none());
        let line = "jura script --dar a.dar --script-name M:n -s --ide-ledger-protocol-version 34";
        let Ok(Command::Script(args)) = parse(line) else {
            panic!("it does not parse");
        };
        assert_eq!(args.protocol_version, Some(ProtocolVersion::V34));
        assert!(args.static_time && !args.all);
    }

    #[test]
    fn dependencies_are_repeatable() {
        let line = "jura lf build a.daml-lf -o a.dar --dependency b.dar --dependency c.dar";
        let Ok(Command::Lf(LfCommand::Build(args))) = parse(line) else {
            panic!("it does not parse");
        };
        assert_eq!(args.dependencies.len(), 2);
    }
}

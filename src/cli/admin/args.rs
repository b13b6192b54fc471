//! What can be said to the Admin API on the command line.

use clap::{Args, Subcommand, ValueEnum};

use super::super::ports;

/// What whoever runs a participant asks of it.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AdminCommand {
    /// The domains that a participant is connected to
    #[command(subcommand)]
    Domains(DomainsCommand),
    /// Who hosts which party
    #[command(subcommand)]
    Parties(PartiesCommand),
    /// Who is who on a domain: keys, parties, packages, parameters
    #[command(subcommand)]
    Topology(TopologyCommand),
    /// The keys of a participant
    #[command(subcommand)]
    Keys(KeysCommand),
}

/// Where the participant is.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct AdminArgs {
    /// Where the participant is
    #[arg(long, default_value = "127.0.0.1", value_name = "HOST")]
    pub admin_host: String,
    /// Port of its Admin API
    #[arg(long, default_value_t = ports::ADMIN_API, value_name = "PORT")]
    pub admin_port: u16,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum DomainsCommand {
    /// Connect to a domain of another process, now and after each start
    Connect(ConnectArgs),
    /// Tell how it stands with each domain
    List(AdminArgs),
    /// Leave a domain of another process until it is connected again
    Disconnect(DisconnectArgs),
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct ConnectArgs {
    /// The name by which the participant is to know the domain
    #[arg(value_name = "ALIAS")]
    pub alias: String,
    /// The domain's public API
    #[arg(value_name = "http://HOST:PORT")]
    pub address: String,
    /// The higher, the rather a command goes there that could go elsewhere, too
    #[arg(
        long,
        default_value_t = 0,
        value_name = "N",
        allow_negative_numbers = true
    )]
    pub priority: i32,
    #[command(flatten)]
    pub admin: AdminArgs,
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct DisconnectArgs {
    /// The name by which the participant knows the domain
    #[arg(value_name = "ALIAS")]
    pub alias: String,
    #[command(flatten)]
    pub admin: AdminArgs,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PartiesCommand {
    /// Host a party on a participant, or change how. The party's namespace and each participant that comes
    /// in must sign: give the same command to the participant of each
    Host(HostArgs),
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct HostArgs {
    /// The party's id
    #[arg(value_name = "PARTY")]
    pub party: String,
    /// The id of a participant that is to host it; repeatable
    #[arg(long = "participant", value_name = "ID")]
    pub participants: Vec<String>,
    /// What these participants may do for it
    #[arg(long, value_enum, default_value_t = HostPermission::Submission)]
    pub permission: HostPermission,
    /// How many hosts must confirm for the party; as it was without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub threshold: Option<u32>,
    /// On which domain, by its id; on the only one without it
    #[arg(long, value_name = "ID")]
    pub domain: Option<String>,
    #[command(flatten)]
    pub admin: AdminArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum HostPermission {
    /// Not host it any more
    None,
    /// Only see
    Observation,
    /// See and confirm
    Confirmation,
    /// See, confirm and submit
    Submission,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TopologyCommand {
    /// What is in force, and what waits for signatures
    List(TopologyListArgs),
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct TopologyListArgs {
    /// Only of this domain, by its id
    #[arg(long, value_name = "ID")]
    pub domain: Option<String>,
    /// Only statements of this kind (party-to-participant, ...); repeatable
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<String>,
    #[command(flatten)]
    pub admin: AdminArgs,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum KeysCommand {
    /// Replace keys while the participant works; ends when the new ones, and only they, are in force
    Rotate(RotateArgs),
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct RotateArgs {
    /// Only the key to sign with
    #[arg(long)]
    pub signing: bool,
    /// Only the key that others encrypt with
    #[arg(long)]
    pub encryption: bool,
    #[command(flatten)]
    pub admin: AdminArgs,
}

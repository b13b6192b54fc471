//! Commands that ask the Admin API of a participant: one file per group.

mod args;
mod domains;
mod keys;
mod parties;
mod topology;

use anyhow::Context;
use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};

pub(super) use args::AdminCommand;

use args::AdminArgs;

/// Runs one.
pub(super) fn run(command: &AdminCommand) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?;
    runtime.block_on(async {
        match command {
            AdminCommand::Domains(command) => domains::run(command).await,
            AdminCommand::Parties(command) => parties::run(command).await,
            AdminCommand::Topology(command) => topology::run(command).await,
            AdminCommand::Keys(command) => keys::run(command).await,
        }
    })
}

/// A connection to the Admin API.
async fn connect(args: &AdminArgs) -> anyhow::Result<Channel> {
    let address = format!("http://{}:{}", args.admin_host, args.admin_port);
    let endpoint = Endpoint::from_shared(address.clone())
        .with_context(|| format!("{address} is no address"))?;
    endpoint.connect().await.with_context(|| {
        format!(
            "there is no Admin API at {address}: say where it is with --admin-host and --admin-port"
        )
    })
}

/// What was answered, or what went wrong, for people.
fn answered<T>(answer: Result<Response<T>, Status>) -> anyhow::Result<T> {
    answer
        .map(Response::into_inner)
        .map_err(|status| match status.message() {
            "" => anyhow::anyhow!("{}", status.code()),
            message => anyhow::anyhow!("{message}"),
        })
}

/// Rows in columns of one width each; the first row is the head.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths);
        let padded: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// What programs read.
fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let text = table(&[row(["alias", "state"]), row(["d", "connected"])]);
        assert_eq!(text, "alias  state\nd      connected\n");
        assert_eq!(table(&[]), "");
    }
}

//! `jura sandbox`: participants and a domain in one process, with the flags and the output of
//! Canton's sandbox.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use super::args::SandboxArgs;
use super::output::print;
use super::run::load_config;
use super::{listening, ports, whole_file};
use crate::node::{Addresses, Node, run_until_signal};
use crate::storage::DataDir;

pub(super) fn run(args: &SandboxArgs) -> anyhow::Result<()> {
    let dars = read_dars(args)?;
    let temporary = match (&args.data_dir, &args.database_url) {
        (None, None) => Some(DataDir::temporary()?),
        _ => None,
    };
    let base = base_config(args, temporary.as_ref().map(DataDir::path))?;
    let Some(config) = load_config(Some(base), &args.config)? else {
        return Ok(());
    };
    remove_port_files(args)?;
    print("Starting Canton sandbox.\n")?;
    let selection = config.select(&[])?;
    let mut failure = None;
    run_until_signal(&config, &selection, temporary, async |node| {
        match serve(node, args, &dars).await {
            Ok(()) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        }
    })?;
    failure.map_or(Ok(()), Err)
}

/// What is done once the node serves: DARs, port files, the lines that tools wait for.
async fn serve(
    node: &Node,
    args: &SandboxArgs,
    dars: &[(String, bytes::Bytes)],
) -> anyhow::Result<()> {
    upload(node, dars).await?;
    let addresses = node.addresses();
    write_port_files(args, addresses)?;
    listening::tell(addresses);
    let port = first_ledger_port(addresses).context("no Ledger API is configured")?;
    print(&format!("Listening at port {port}\n"))?;
    print("Canton sandbox is ready.\n")?;
    Ok(())
}

fn read_dars(args: &SandboxArgs) -> anyhow::Result<Vec<(String, bytes::Bytes)>> {
    args.dars
        .iter()
        .map(|path| {
            let bytes =
                std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok((path.display().to_string(), bytes.into()))
        })
        .collect()
}

async fn upload(node: &Node, dars: &[(String, bytes::Bytes)]) -> anyhow::Result<()> {
    for (name, dar) in dars {
        for (participant, sync) in node.syncs() {
            sync.upload_dar(dar.clone(), true, false, None)
                .await
                .map_err(|refusal| anyhow::anyhow!("{participant} refuses {name}: {refusal}"))?;
        }
    }
    Ok(())
}

/// The configuration that the flags amount to, below files and `-C`.
fn base_config(args: &SandboxArgs, temporary: Option<&Path>) -> anyhow::Result<String> {
    let mut toml = String::new();
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    if let Some(url) = &args.database_url {
        writeln!(
            toml,
            "database.kind = \"url\"\ndatabase.url = {}",
            quoted(url)
        )?;
    } else if let Some(dir) = args.data_dir.as_deref().or(temporary) {
        let dir = quoted(&dir.display().to_string());
        writeln!(toml, "database.directory = {dir}")?;
    }
    if args.static_time {
        writeln!(toml, "clock.kind = \"static\"")?;
    }
    if let Some(port) = args.health_port {
        writeln!(toml, "monitoring.http.port = {port}")?;
    }
    writeln!(
        toml,
        "[domains.domain1]\nprotocol-version = {}\npublic-api.port = {}\n\
         parameters.topology-change-delay = \"0s\"",
        args.protocol_version.number(),
        args.sequencer_public_port
    )?;
    for index in 0..args.participants {
        writeln!(
            toml,
            "[participants.participant{}]\nledger-api.port = {}\nadmin-api.port = {}",
            index + 1,
            nth_port(args.ledger_api_port, index)?,
            nth_port(args.admin_api_port, index)?,
        )?;
    }
    Ok(toml)
}

fn nth_port(first: u16, index: u16) -> anyhow::Result<u16> {
    if first == 0 {
        return Ok(0);
    }
    first
        .checked_add(ports::STEP * index)
        .with_context(|| format!("there is no port {} × {index} above {first}", ports::STEP))
}

fn first_ledger_port(addresses: &Addresses) -> Option<u16> {
    let first = addresses.participants.get("participant1");
    let any = addresses.participants.values().next();
    Some(first.or(any)?.ledger_api?.port())
}

/// Files of an earlier run would be taken for this one's.
fn remove_port_files(args: &SandboxArgs) -> anyhow::Result<()> {
    for path in [&args.port_file, &args.canton_port_file]
        .into_iter()
        .flatten()
    {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot replace {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The files are there when the node is ready.
fn write_port_files(args: &SandboxArgs, addresses: &Addresses) -> anyhow::Result<()> {
    if let Some(path) = &args.port_file
        && let Some(port) = first_ledger_port(addresses)
    {
        whole_file::write(path, port.to_string().as_bytes())?;
    }
    if let Some(path) = &args.canton_port_file {
        whole_file::write(path, ports_json(addresses)?.as_bytes())?;
    }
    Ok(())
}

fn ports_json(addresses: &Addresses) -> anyhow::Result<String> {
    let mut components: BTreeMap<&str, serde_json::Value> = addresses
        .participants
        .iter()
        .map(|(name, participant)| {
            let mut ports = serde_json::Map::new();
            if let Some(address) = participant.ledger_api {
                ports.insert("ledgerApi".to_owned(), address.port().into());
            }
            if let Some(address) = participant.admin_api {
                ports.insert("adminApi".to_owned(), address.port().into());
            }
            (name.as_str(), ports.into())
        })
        .collect();
    for (name, address) in &addresses.domains {
        let ports = serde_json::json!({ "publicApi": address.port() });
        components.insert(name, ports);
    }
    Ok(serde_json::to_string(&components)?)
}

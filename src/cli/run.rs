//! `jura run`: what a configuration file says.

use anyhow::Context;

use super::args::{ConfigArgs, RunArgs};
use super::listening;
use crate::config::{NodeConfig, Sources, load};
use crate::node::run_until_signal;
use crate::telemetry::init_logging;

pub(super) fn run(args: &RunArgs) -> anyhow::Result<()> {
    anyhow::ensure!(
        !args.config.files.is_empty(),
        "no configuration file: name one with -c FILE (config/dev.toml is an example)"
    );
    let Some(config) = load_config(None, &args.config)? else {
        return Ok(());
    };
    let selection = config.select(&args.only)?;
    run_until_signal(&config, &selection, None, async |node| {
        listening::tell(node.addresses());
        tracing::info!("ready");
        true
    })?;
    Ok(())
}

/// Loads a configuration and starts logging; none if it was only to be shown.
pub(super) fn load_config(
    base: Option<String>,
    args: &ConfigArgs,
) -> anyhow::Result<Option<NodeConfig>> {
    let sources = Sources {
        base,
        files: args.files.clone(),
        environment: Vec::new(),
        overrides: args.overrides.clone(),
    }
    .with_environment();
    let config = load(&sources)?;
    if args.dump_config {
        print!("{}", config.dump());
        return Ok(None);
    }
    init_logging(&config.logging)
        .map_err(anyhow::Error::msg)
        .context("configuration key logging.filter")?;
    Ok(Some(config))
}

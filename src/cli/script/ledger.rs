//! Where scripts are run: each on a ledger in memory of its own, or all on a running one.

use std::sync::Arc;

use anyhow::Context;

use super::super::args::ScriptArgs;
use crate::ledger_client::{LedgerAddress, LedgerClient, connect};
use crate::lf::engine::MachineValue;
use crate::runtime::clock::Clock;
use crate::script::ledger::{MemoryLedger, RemoteLedger, TimeMode};
use crate::script::{Run, Script, ScriptDar, Settings, run};

/// The user of a ledger that asks for no token but wants a name.
const USER: &str = "daml-script";

/// Where scripts are run.
pub(super) struct Target {
    mode: TimeMode,
    address: Option<LedgerAddress>,
}

impl Target {
    /// What the command line asks for. The DAR is uploaded if that is wanted.
    pub(super) fn of(args: &ScriptArgs, dar: &[u8]) -> anyhow::Result<Self> {
        let mode = if args.static_time {
            TimeMode::Static
        } else {
            let clock = Clock::wall();
            TimeMode::WallClock(Arc::new(move || clock.now()))
        };
        let target = Self {
            mode,
            address: address(args),
        };
        if let (Some(address), true) = (&target.address, args.upload_dar) {
            let (client, runtime) = connected(address)?;
            runtime
                .block_on(client.upload_dar(dar.to_vec()))
                .context("cannot upload the DAR")?;
        }
        Ok(target)
    }

    /// Runs a script.
    pub(super) fn run(
        &mut self,
        dar: &ScriptDar,
        script: &Script,
        argument: Option<MachineValue>,
    ) -> anyhow::Result<Run> {
        let mut settings = Settings::default();
        let mode = self.mode.clone();
        let engine = dar.engine().clone();
        let Some(address) = &self.address else {
            let mut ledger = MemoryLedger::new(engine, mode, settings.cancelled.clone());
            return Ok(run(dar, script, argument, &mut ledger, &settings));
        };
        let now = Clock::wall().now().micros();
        settings.salt = now.unsigned_abs();
        let (client, runtime) = connected(address)?;
        let name = format!("jura-script-{now}");
        let mut ledger = RemoteLedger::new(client, runtime, engine, mode, name);
        Ok(run(dar, script, argument, &mut ledger, &settings))
    }
}

fn address(args: &ScriptArgs) -> Option<LedgerAddress> {
    let host = args.ledger_host.clone()?;
    let default_user = if args.token.is_some() { "" } else { USER };
    Some(LedgerAddress {
        host,
        port: args.ledger_port?,
        token: args.token.clone(),
        user_id: args.user_id.clone().unwrap_or(default_user.to_owned()),
    })
}

fn connected(address: &LedgerAddress) -> anyhow::Result<(LedgerClient, tokio::runtime::Runtime)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start a runtime")?;
    let (clients, _) = runtime.block_on(connect(address, 1))?;
    let client = clients.into_iter().next();
    Ok((client.context("no connection")?, runtime))
}

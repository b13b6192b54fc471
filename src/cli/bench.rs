//! `jura bench ledger`: a load generator for any Ledger API.

use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{BenchLedgerArgs, BenchModel};
use super::output::print;
use crate::bench::{self, Load, Options, Progress};
use crate::ledger_client::LedgerAddress;

/// The user of a ledger that asks for no token but wants a name.
const USER: &str = "jura-bench";

pub(super) fn run(args: &BenchLedgerArgs) -> anyhow::Result<()> {
    let options = options(args);
    // one thread: the machine belongs to the ledger
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start a runtime")?;
    let bar = Bar::new(&options);
    let outcome = runtime.block_on(bench::run(
        &options,
        &|progress| bar.show(&progress),
        async {
            // without the signal, the run ends when it ends
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        },
    ));
    bar.clear();
    let report = outcome?;
    if args.json {
        print(&format!("{}\n", report.to_json()))?;
    } else {
        print(&report.to_text())?;
    }
    anyhow::ensure!(report.commands > 0, "not a single command was committed");
    Ok(())
}

fn options(args: &BenchLedgerArgs) -> Options {
    let clients = usize::from(args.clients);
    let default_user = if args.token.is_some() { "" } else { USER };
    let address = |port: &u16| LedgerAddress {
        host: args.ledger_host.clone(),
        port: *port,
        token: args.token.clone(),
        user_id: args.user_id.clone().unwrap_or(default_user.to_owned()),
    };
    Options {
        participants: args.ledger_ports.iter().map(address).collect(),
        load: match args.model {
            BenchModel::Create => Load::Create,
            BenchModel::Transfer => Load::Transfer,
            BenchModel::Dvp => Load::Dvp,
            BenchModel::Settlement => Load::Settlement,
        },
        contracts: args.contracts,
        clients,
        connections: usize::from(args.connections).min(clients),
        warmup: Duration::from_secs(args.warmup),
        duration: Duration::from_secs(args.seconds),
    }
}

/// The progress of a run, on standard error if that is a terminal, nowhere else.
struct Bar {
    bar: ProgressBar,
    duration: Duration,
}

impl Bar {
    fn new(options: &Options) -> Self {
        // indicatif hides a bar of which nobody sees anything
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{prefix:>12} {wide_bar:.cyan/dim} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix("connecting");
        bar.tick();
        Self {
            bar,
            duration: options.duration,
        }
    }

    fn show(&self, progress: &Progress) {
        match progress {
            Progress::Parties { done, total } => self.part("parties", *done, *total),
            Progress::Contracts { done, total } => self.part("contracts", *done, *total),
            Progress::Filling { done, total } => self.part("filling", *done, *total),
            Progress::WarmingUp => {
                self.bar.set_prefix("warming up");
                self.bar.set_length(1);
                self.bar.set_position(0);
                self.bar.set_message(String::new());
            }
            Progress::Counting {
                elapsed,
                commands_per_second,
                p50,
                errors,
            } => {
                self.bar.set_prefix("measuring");
                self.bar.set_length(millis(self.duration));
                self.bar.set_position(millis(*elapsed));
                let p50 = p50.as_secs_f64() * 1000.0;
                let errors = match errors {
                    0 => String::new(),
                    errors => format!(", {errors} errors"),
                };
                self.bar.set_message(format!(
                    "{commands_per_second:.0}/s, p50 {p50:.1} ms{errors}"
                ));
            }
        }
    }

    fn part(&self, what: &'static str, done: usize, total: usize) {
        self.bar.set_prefix(what);
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
        self.bar.set_message(format!("{done}/{total}"));
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

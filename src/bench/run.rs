//! A run from beginning to end.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::client::work;
use super::create::Create;
use super::dvp::Dvp;
use super::fill::fill;
use super::options::{Load, Options};
use super::prepare;
use super::report::{Report, per_second};
use super::settlement::Settlement;
use super::tally::Tally;
use super::transfer::Transfer;
use super::workload::Workload;
use crate::ledger_client::{ConnectError, Failure, LedgerClient, connect};

/// How long answers are waited for after the end. They do not count; they are waited for so that the
/// ledger is left in peace.
const DRAIN: Duration = Duration::from_secs(5);

/// How often the one who watches is told how it goes.
const TICK: Duration = Duration::from_millis(100);

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no ledger to work with.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The model that comes along cannot be used: a defect of ours.
    #[error("the bench model does not compile: {0}")]
    Model(String),
    /// The ledger refuses what must be done before.
    #[error("the ledger refuses the {what}{hint}: {failure}")]
    Refused {
        /// What it refuses.
        what: &'static str,
        /// What may help.
        hint: &'static str,
        /// What it says.
        failure: Failure,
    },
}

impl Error {
    pub(super) fn refused(what: &'static str, failure: Failure) -> Self {
        let hint = if failure.is_unauthorized() {
            " (it may want another --token)"
        } else {
            ""
        };
        Self::Refused {
            what,
            hint,
            failure,
        }
    }
}

/// How far a run is, for those who watch.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Parties are being allocated.
    Parties {
        /// So many are there.
        done: usize,
        /// Out of so many.
        total: usize,
    },
    /// Contracts that nobody touches are being made.
    Filling {
        /// So many are there.
        done: usize,
        /// Out of so many.
        total: usize,
    },
    /// Clients are being given their contracts.
    Contracts {
        /// So many have them.
        done: usize,
        /// Out of so many.
        total: usize,
    },
    /// Clients work, but nothing counts yet.
    WarmingUp,
    /// Clients work, and it counts.
    Counting {
        /// For so long.
        elapsed: Duration,
        /// Committed commands per second up to now.
        commands_per_second: f64,
        /// Half of the commands took no longer.
        p50: Duration,
        /// Commands that failed.
        errors: u64,
    },
}

/// Runs; ends early, with a report of what there is, when `stop` resolves. Must be called on a runtime
/// of one thread.
///
/// # Errors
/// See [`Error`]. Once clients work, failures are counted and nothing is an error.
pub async fn run(
    options: &Options,
    progress: &dyn Fn(Progress),
    stop: impl Future<Output = ()>,
) -> Result<Report, Error> {
    let mut ledgers = Vec::new();
    let mut version = String::new();
    for address in &options.participants {
        let (mut clients, its_version) = connect(address, options.connections).await?;
        prepare::identify(&mut clients, address).await?;
        prepare::upload(&clients[0]).await?;
        ledgers.push(clients);
        version = its_version;
    }
    let stage = Stage {
        options,
        ledgers,
        progress,
    };
    let (tally, counted) = match options.load {
        Load::Create => stage.play::<Create>(stop).await?,
        Load::Transfer => stage.play::<Transfer>(stop).await?,
        Load::Dvp => stage.play::<Dvp>(stop).await?,
        Load::Settlement => stage.play::<Settlement>(stop).await?,
    };
    Ok(Report::new(options, version, &tally, counted))
}

/// What every load needs.
struct Stage<'a> {
    options: &'a Options,
    /// The connections to each participant.
    ledgers: Vec<Vec<LedgerClient>>,
    progress: &'a dyn Fn(Progress),
}

impl Stage<'_> {
    /// Sets up the clients, lets them work, and gives what happened and for how long it counted.
    async fn play<W: Workload>(
        &self,
        stop: impl Future<Output = ()>,
    ) -> Result<(Tally, Duration), Error> {
        let clients = self.options.clients;
        let run: Rc<str> = format!("bench-{}", run_id()).into();
        fill(&self.ledgers, &run, self.options.contracts, self.progress).await?;
        let parties = prepare::allocate::<W>(&self.ledgers, &run, clients, self.progress).await?;
        let ready =
            prepare::set_up::<W>(&self.ledgers, &run, &parties, clients, self.progress).await?;
        let begin = Instant::now() + self.options.warmup;
        let end = begin + self.options.duration;
        let tally = RefCell::new(Tally::new(begin, end));
        let clients = ready.into_iter().map(|client| work(client, &tally, end));
        let working = tokio::time::timeout_at((end + DRAIN).into(), join_all(clients));
        tokio::select! {
            // too late is as good as in time: what did not end in the window does not count
            _ = working => {}
            () = self.watch(&tally, begin) => {}
            () = stop => {}
        }
        let counted = tally.borrow_mut().close(Instant::now());
        Ok((tally.into_inner(), counted))
    }

    /// Tells how it goes; never ends.
    async fn watch(&self, tally: &RefCell<Tally>, begin: Instant) {
        let mut tick = tokio::time::interval(TICK);
        loop {
            tick.tick().await;
            let now = Instant::now();
            if now < begin {
                (self.progress)(Progress::WarmingUp);
                continue;
            }
            let tally = tally.borrow();
            let elapsed = tally.elapsed(now);
            (self.progress)(Progress::Counting {
                elapsed,
                commands_per_second: per_second(tally.latency.len(), elapsed),
                p50: Duration::from_micros(tally.latency.value_at_quantile(0.5)),
                errors: tally.failures(),
            });
        }
    }
}

/// A word that no other run has.
fn run_id() -> String {
    hex::encode(crate::crypto::random_bytes::<5>())
}

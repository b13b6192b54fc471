//! What must be on the ledger before clients can work: the model, parties, contracts.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::time::Instant;

use super::options::Options;
use super::run::{Error, Progress};
use super::workload::{Seat, Workload};
use crate::ledger_client::{Failure, LedgerClient};
use crate::lf::models::Model;

/// How long a step is tried again. Packages and parties become known to a network some time after they
/// were accepted.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between one try and the next.
const RETRY_PAUSE: Duration = Duration::from_millis(250);

/// Parties allocated, and clients set up, at the same time: more would only queue up in the topology.
const AT_ONCE: usize = 4;

/// Answers of a ledger that has not heard of a party or package everywhere yet.
const NOT_YET: [&str; 8] = [
    "NO_SYNCHRONIZER_FOR_SUBMISSION",
    "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT",
    "NOT_CONNECTED_TO_ANY_SYNCHRONIZER",
    "PACKAGE_NOT_VETTED_BY_RECIPIENTS",
    "PACKAGE_SELECTION_FAILED",
    "PARTY_ALLOCATION_WITHOUT_CONNECTED_SYNCHRONIZER",
    "UNKNOWN_INFORMEES",
    "UNKNOWN_SUBMITTERS",
];

/// Uploads the model.
pub(super) async fn upload(ledger: &LedgerClient) -> Result<(), Error> {
    let dar = Model::Bench
        .dar()
        .map_err(|error| Error::Model(error.to_string()))?;
    patiently(|| ledger.upload_dar(dar.clone()))
        .await
        .map_err(|failure| Error::refused("upload of the bench model", failure))
}

/// The user that parties are for: the one of the token if none was named.
pub(super) async fn identify(ledgers: &mut [LedgerClient], options: &Options) -> Result<(), Error> {
    if options.address.token.is_none() || !options.address.user_id.is_empty() {
        return Ok(());
    }
    let user_id = ledgers[0].authenticated_user().await.map_err(|failure| {
        Error::refused(
            "question whose token this is (--user-id answers it)",
            failure,
        )
    })?;
    for ledger in ledgers {
        *ledger = ledger.clone().for_user(&user_id);
    }
    Ok(())
}

/// Allocates the parties of a run.
pub(super) async fn allocate<W: Workload>(
    ledger: &LedgerClient,
    run: &str,
    clients: usize,
    progress: &dyn Fn(Progress),
) -> Result<Rc<[String]>, Error> {
    let hints = W::parties(clients);
    let total = hints.len();
    let done = Cell::new(0);
    let allocate = async |hint: String| {
        let hint = format!("{run}-{hint}");
        let party = patiently(|| ledger.allocate_party(&hint)).await?;
        done.set(done.get() + 1);
        progress(Progress::Parties {
            done: done.get(),
            total,
        });
        Ok(party)
    };
    let parties: Vec<Result<String, Failure>> = stream::iter(hints)
        .map(allocate)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let parties: Result<Vec<String>, Failure> = parties.into_iter().collect();
    parties
        .map(Rc::from)
        .map_err(|failure| Error::refused("allocation of a party", failure))
}

/// Clients with their contracts.
pub(super) async fn set_up<W: Workload>(
    ledgers: &[LedgerClient],
    run: &Rc<str>,
    parties: &Rc<[String]>,
    clients: usize,
    progress: &dyn Fn(Progress),
) -> Result<Vec<W>, Error> {
    let done = Cell::new(0);
    let set_up = async |number: usize| {
        let ledger = ledgers[number % ledgers.len()].clone();
        let mut workload = W::new(Seat::new(ledger, run, number), parties);
        let begun = Instant::now();
        while let Err(failure) = workload.set_up().await {
            retry_or_fail(begun, failure).await?;
        }
        done.set(done.get() + 1);
        progress(Progress::Contracts {
            done: done.get(),
            total: clients,
        });
        Ok(workload)
    };
    let ready: Vec<Result<W, Failure>> = stream::iter(0..clients)
        .map(set_up)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let ready: Result<Vec<W>, Failure> = ready.into_iter().collect();
    ready.map_err(|failure| Error::refused("first command of a client", failure))
}

async fn patiently<T, F: Future<Output = Result<T, Failure>>>(
    mut step: impl FnMut() -> F,
) -> Result<T, Failure> {
    let begun = Instant::now();
    loop {
        match step().await {
            Ok(answer) => return Ok(answer),
            Err(failure) => retry_or_fail(begun, failure).await?,
        }
    }
}

/// Waits if the same may succeed later; else gives the failure back.
async fn retry_or_fail(begun: Instant, failure: Failure) -> Result<(), Failure> {
    let may_pass = failure.is_retryable() || NOT_YET.contains(&failure.id.as_str());
    if !may_pass || begun.elapsed() > PATIENCE {
        return Err(failure);
    }
    tokio::time::sleep(RETRY_PAUSE).await;
    Ok(())
}

//! What must be on the ledger before clients can work: the model, parties, contracts.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};

use super::options::Options;
use super::run::{Error, Progress};
use super::workload::{Seat, Workload};
use crate::ledger_client::{Failure, LedgerClient, Patience, patiently};
use crate::lf::models::Model;

/// Parties allocated, and clients set up, at the same time: more would only queue up in the topology.
const AT_ONCE: usize = 4;

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
        let patience = Patience::begin();
        while let Err(failure) = workload.set_up().await {
            patience.wait_or_fail(failure).await?;
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

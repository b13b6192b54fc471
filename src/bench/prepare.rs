//! What must be on the ledger before clients can work: the model, parties, contracts.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use futures_util::stream::{self, StreamExt};

use super::run::{Error, Progress};
use super::workload::{Seat, Workload};
use crate::ledger_client::{Failure, LedgerAddress, LedgerClient, Patience, patiently};
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
pub(super) async fn identify(
    ledgers: &mut [LedgerClient],
    address: &LedgerAddress,
) -> Result<(), Error> {
    if address.token.is_none() || !address.user_id.is_empty() {
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
    ledgers: &[Vec<LedgerClient>],
    run: &str,
    clients: usize,
    progress: &dyn Fn(Progress),
) -> Result<Rc<[String]>, Error> {
    let hints = W::parties(clients);
    let total = hints.len();
    let done = Cell::new(0);
    let allocate = async |(number, hint): (usize, String)| {
        let ledger = &ledgers[W::home(number, ledgers.len())][0];
        let hint = format!("{run}-{hint}");
        let party = patiently(|| ledger.allocate_party(&hint)).await?;
        done.set(done.get() + 1);
        progress(Progress::Parties {
            done: done.get(),
            total,
        });
        Ok(party)
    };
    let parties: Vec<Result<String, Failure>> = stream::iter(hints.into_iter().enumerate())
        .map(allocate)
        .buffered(AT_ONCE)
        .collect()
        .await;
    let parties: Result<Vec<String>, Failure> = parties.into_iter().collect();
    let refused = |failure| Error::refused("allocation of a party", failure);
    let parties: Rc<[String]> = parties.map_err(refused)?.into();
    for ledger in ledgers.iter().filter(|_| ledgers.len() > 1) {
        know(&ledger[0], &parties).await.map_err(refused)?;
    }
    Ok(parties)
}

/// Waits until a participant knows parties of others.
async fn know(ledger: &LedgerClient, parties: &[String]) -> Result<(), Failure> {
    let patience = Patience::begin();
    loop {
        let known = ledger.parties().await?;
        let known: BTreeSet<&str> = known.iter().map(|it| it.party.as_str()).collect();
        if parties.iter().all(|party| known.contains(party.as_str())) {
            return Ok(());
        }
        patience.wait_or_fail(not_yet_known()).await?;
    }
}

/// A party of another participant that has not come yet.
fn not_yet_known() -> Failure {
    Failure {
        id: "BENCH_PARTY_NOT_KNOWN".to_owned(),
        category: None,
        code: tonic::Code::Unavailable,
        message: "the participant does not know the parties of the others".to_owned(),
        metadata: HashMap::default(),
        retry_after: None,
    }
}

/// Clients with their contracts.
pub(super) async fn set_up<W: Workload>(
    ledgers: &[Vec<LedgerClient>],
    run: &Rc<str>,
    parties: &Rc<[String]>,
    clients: usize,
    progress: &dyn Fn(Progress),
) -> Result<Vec<W>, Error> {
    let done = Cell::new(0);
    let set_up = async |number: usize| {
        let seats = ledgers.iter().map(|it| it[number % it.len()].clone());
        let mut workload = W::new(Seat::new(seats.collect(), run, number), parties);
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

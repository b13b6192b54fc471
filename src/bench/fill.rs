//! Contracts that nobody touches, made before a run: what it costs to have many.

use std::cell::Cell;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::create::item;
use super::run::{Error, Progress};
use crate::ledger_client::{Failure, LedgerClient, Patience, Submission, patiently};

/// Contracts made by one command.
const BATCH: usize = 200;

/// Commands at the same time, per participant.
const AT_ONCE: usize = 4;

/// Makes `contracts` contracts on each participant, by a party of its own.
pub(super) async fn fill(
    ledgers: &[Vec<LedgerClient>],
    run: &str,
    contracts: usize,
    progress: &dyn Fn(Progress),
) -> Result<(), Error> {
    if contracts == 0 {
        return Ok(());
    }
    let refused = |failure| Error::refused("contracts that are made before", failure);
    let (done, total) = (Cell::new(0), contracts * ledgers.len());
    let one = async |(number, clients): (usize, &Vec<LedgerClient>)| {
        let hint = format!("{run}-filler-{number}");
        let filler = patiently(|| clients[0].allocate_party(&hint)).await?;
        let batches = (0..contracts).step_by(BATCH);
        let make = async |first: usize| {
            let last = contracts.min(first + BATCH);
            make(&clients[0], &filler, run, (first, last)).await?;
            done.set(done.get() + last - first);
            let done = done.get();
            progress(Progress::Filling { done, total });
            Ok(())
        };
        stream::iter(batches)
            .map(make)
            .buffer_unordered(AT_ONCE)
            .try_collect::<Vec<()>>()
            .await
            .map(|_| ())
    };
    let all = ledgers.iter().enumerate().map(one);
    let filled: Vec<Result<(), Failure>> = futures_util::future::join_all(all).await;
    filled
        .into_iter()
        .collect::<Result<(), Failure>>()
        .map_err(refused)
}

/// Makes the contracts with these numbers.
async fn make(
    ledger: &LedgerClient,
    filler: &str,
    run: &str,
    (first, last): (usize, usize),
) -> Result<(), Failure> {
    let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let patience = Patience::begin();
    loop {
        let submission = Submission {
            // the same again: it cannot happen twice
            command_id: format!("{run}-fill-{first}"),
            act_as: vec![filler.to_owned()],
            commands: (first..last).map(|it| item(filler, number(it))).collect(),
        };
        match ledger.submit(submission).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.id == "DUPLICATE_COMMAND" => return Ok(()),
            Err(failure) => patience.wait_or_fail(failure).await?,
        }
    }
}

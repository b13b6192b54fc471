//! ACS commitments on their way through the loop: what is kept and sent, and the work beside the loop
//! that leads to what is said to others.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::actor::Shell;
use super::config::Config;
use super::connection::Connection;
use super::intake::SaidCommitment;
use super::outbox::Sent;
use super::reckoning::{Closed, Done, Reckoning, micros, tell};
use super::store::{CommitmentWrites, Store};
use crate::model::{DomainId, Duration, ParticipantId, Timestamp};
use crate::participant::commitments::{Book, Change, Computed, Scan, Step};
use crate::participant::submission::{DomainCommitments, DomainNumber};
use crate::protocol::MessageId;
use crate::runtime::Task;
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::sequencer_client::SendError;
use crate::storage;
use crate::topology::{Effective, Register};

#[cfg(test)]
mod tests;

/// Contracts that are read and summed at once: some milliseconds of work.
const PAGE: i64 = 1000;

/// A domain's commitments.
pub(super) struct Commitments {
    number: DomainNumber,
    store: Arc<Store>,
    compute: ComputePool,
    clock: Clock,
    sequencing_timeout: Duration,
    reckoning: Reckoning,
    working: Option<Task<Result<Done, storage::Error>>>,
    /// The batches with the latest ones that are on their way.
    sending: BTreeSet<MessageId>,
}

impl Commitments {
    /// Knows what was kept about a domain.
    pub(super) fn new(
        book: Book,
        (number, own): (DomainNumber, ParticipantId),
        store: &Arc<Store>,
        config: &Config,
        (compute, clock): (&ComputePool, &Clock),
    ) -> Self {
        Self {
            number,
            store: Arc::clone(store),
            compute: compute.clone(),
            clock: clock.clone(),
            sequencing_timeout: config.sequencing_timeout.into(),
            reckoning: Reckoning::new(book, own, config.catch_up),
            working: None,
            sending: BTreeSet::new(),
        }
    }

    /// Goes on from a position: the last boundary before it is computed again.
    pub(super) fn resume(&mut self, position: Timestamp, register: &Register) {
        if self.reckoning.resume(position, register) {
            self.work(position, register);
        }
    }

    /// Contracts with a stakeholder here come or go.
    pub(super) fn change(&mut self, changes: impl Iterator<Item = Change>) {
        self.reckoning.change(changes);
    }

    /// Time comes to an event.
    pub(super) fn pass(
        &mut self,
        last: Timestamp,
        next: Timestamp,
        effective: &[Effective],
        register: &Register,
    ) {
        let now = self.clock.now();
        self.reckoning.pass((last, next), effective, register, now);
    }

    /// Another participant says what it shares with this one.
    pub(super) fn hear(
        &mut self,
        said: &SaidCommitment,
        time: Timestamp,
        register: &Register,
        writes: &mut CommitmentWrites,
    ) {
        self.reckoning.hear(said, time, register, writes);
    }

    /// Begins the next step if none is under way. Everything up to the last event must be written.
    fn work(&mut self, processed: Timestamp, register: &Register) {
        if self.working.is_some() {
            return;
        }
        if let Some(step) = self.reckoning.next(processed, register) {
            let (store, compute) = (Arc::clone(&self.store), self.compute.clone());
            let whose = (self.number, self.reckoning.own.clone());
            self.working = Some(Task::start(work(step, whose, store, compute)));
        }
    }

    /// The next step that is done; pending while there is none.
    pub(super) async fn next(&mut self) -> Result<Done, storage::Error> {
        let Some(task) = &mut self.working else {
            return std::future::pending().await;
        };
        let done = task.await;
        self.working = None;
        done
    }

    /// A step is done: what comes of it is kept. Gives what is to be sent.
    async fn done(&mut self, done: Done) -> Result<Option<Computed>, storage::Error> {
        let Some(closed) = self.reckoning.done(done) else {
            return Ok(None);
        };
        let Closed {
            computed,
            compared,
            oldest,
        } = closed;
        self.store
            .keep_computed(self.number, &computed, &compared, oldest)
            .await?;
        metrics::gauge!("daml_participant_sync_commitments_last_locally_completed")
            .set(micros(computed.period.to));
        compared.iter().for_each(tell);
        Ok(Some(computed))
    }

    /// Whether the time is to be asked for because a boundary was passed.
    pub(super) fn wants_boundary(
        &mut self,
        processed: Timestamp,
        now: Timestamp,
        register: &Register,
    ) -> bool {
        self.reckoning.wants_boundary(processed, now, register)
    }
}

impl Shell {
    /// A step towards a domain's commitments is done.
    pub(super) async fn committed(
        &mut self,
        domain: &DomainId,
        done: Done,
    ) -> Result<(), storage::Error> {
        let Some(connection) = self.connections.get_mut(domain) else {
            return Ok(());
        };
        if let Some(computed) = connection.commitments.done(done).await? {
            connection.send_commitments(&computed);
        }
        connection.work_on_commitments();
        Ok(())
    }
}

impl Connection {
    /// Begins what is to be done next. Everything up to the last event must be written.
    pub(super) fn work_on_commitments(&mut self) {
        let register = self.intake.follower.register();
        self.commitments.work(self.course.processed, register);
    }

    fn send_commitments(&mut self, computed: &Computed) {
        let commitments = &mut self.commitments;
        commitments.sending.clear();
        let topology = self.intake.follower.topology();
        let deadline = commitments.clock.now().plus(commitments.sequencing_timeout);
        let reckoning = &commitments.reckoning;
        for request in reckoning.messages(computed, topology, &self.outbox, deadline) {
            commitments.sending.insert(request.message_id);
            self.outbox.send(request);
        }
    }

    /// A batch's fate is known: the latest commitments are sent until they are sequenced.
    pub(super) fn commitments_sent(&mut self, sent: &Sent) {
        let is_latest = self.commitments.sending.remove(&sent.message_id);
        if is_latest
            && matches!(sent.outcome, Err(SendError::TooLate))
            && let Some(latest) = self.commitments.reckoning.book.latest().cloned()
        {
            self.send_commitments(&latest);
        }
    }

    /// What is known on this domain about what is shared.
    pub(super) fn shared(&self) -> DomainCommitments {
        let book = &self.commitments.reckoning.book;
        DomainCommitments {
            domain: self.info.id.clone(),
            computed: book.latest().map(|it| it.period),
            compared: book.compared().cloned().collect(),
        }
    }
}

async fn work(
    step: Step,
    (number, own): (DomainNumber, ParticipantId),
    store: Arc<Store>,
    compute: ComputePool,
) -> Result<Done, storage::Error> {
    match step {
        Step::Fold {
            sums,
            changes,
            topology,
        } => {
            on_pool(&compute, move || {
                Ok(Done::fold(sums, &changes, &own, &topology))
            })
            .await
        }
        Step::Close { sums, closing } => {
            on_pool(&compute, move || Ok(Done::close(sums, &closing))).await
        }
        Step::Scan(scan) => sum_all(scan, (number, own), &store, &compute).await,
    }
}

/// Sums all contracts, page by page.
async fn sum_all(
    mut scan: Scan,
    (number, own): (DomainNumber, ParticipantId),
    store: &Store,
    compute: &ComputePool,
) -> Result<Done, storage::Error> {
    let mut after = Vec::new();
    let boundary = scan.boundary();
    loop {
        let page = store.kept_contracts(number, &after, boundary, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = last.id().to_vec();
        let own = own.clone();
        scan = on_pool(compute, move || {
            for contract in &page {
                scan.take(&contract.decode()?, &own);
            }
            Ok(scan)
        })
        .await?;
    }
    on_pool(compute, move || Ok(Done::scan(scan))).await
}

async fn on_pool<T: Send + 'static>(
    compute: &ComputePool,
    job: impl FnOnce() -> Result<T, storage::Error> + Send + 'static,
) -> Result<T, storage::Error> {
    let done = compute.run_when_free(job).await;
    done.map_err(|error| storage::Error::Bug(error.to_string()))?
}

//! ACS commitments on their way through the loop: boundaries that time passes, what others say, and the
//! work beside the loop that leads to what is said to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::actor::Shell;
use super::config::Config;
use super::connection::Connection;
use super::intake::SaidCommitment;
use super::outbox::Sent;
use super::store::{CommitmentWrites, Store};
use crate::model::{DomainId, Duration, ParticipantId, Timestamp};
use crate::participant::commitments::{
    self, Backlog, Book, CatchUp, Change, Closing, Compared, Computed, Passed, Received, Scan,
    Step, Sums, Taken, last_passed, passed,
};
use crate::participant::submission::{DomainCommitments, DomainNumber};
use crate::protocol::{AcsCommitment, Envelope, Message, MessageId, Period};
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

/// Envelopes in one batch at most.
const ENVELOPES_MAX: usize = 256;

/// How long a boundary may wait for somebody else to pass it.
const BOUNDARY_PATIENCE: Duration = Duration::from_secs(1);

/// A domain's commitments.
pub(super) struct Commitments {
    number: DomainNumber,
    own: ParticipantId,
    store: Arc<Store>,
    compute: ComputePool,
    clock: Clock,
    catch_up: CatchUp,
    sequencing_timeout: Duration,
    backlog: Backlog,
    book: Book,
    working: Option<Task<Result<Done, storage::Error>>>,
    /// The batches with the latest ones that are on their way.
    sending: BTreeSet<MessageId>,
    /// The last boundary for which the time was asked.
    asked_for: Timestamp,
}

/// A step that was done beside the loop.
pub(super) struct Done {
    sums: Sums,
    computed: Option<Computed>,
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
            own,
            store: Arc::clone(store),
            compute: compute.clone(),
            clock: clock.clone(),
            catch_up: config.catch_up,
            sequencing_timeout: config.sequencing_timeout.into(),
            backlog: Backlog::new(),
            book,
            working: None,
            sending: BTreeSet::new(),
            asked_for: Timestamp::EPOCH,
        }
    }

    /// Goes on from a position: the last boundary before it is computed again.
    pub(super) fn resume(&mut self, position: Timestamp, register: &Register) {
        if let Some(closing) = last_passed(position, register) {
            self.backlog.close(closing);
            self.work(position, register);
        }
    }

    /// Contracts with a stakeholder here come or go.
    pub(super) fn change(&mut self, changes: impl Iterator<Item = Change>) {
        for change in changes {
            self.backlog.change(change);
        }
    }

    /// Time comes to an event: everything up to the boundaries before it is known now.
    pub(super) fn pass(
        &mut self,
        last: Timestamp,
        next: Timestamp,
        effective: &[Effective],
        register: &Register,
    ) {
        for passed in passed(last, next, effective, register) {
            match passed {
                Passed::Boundaries(closing) if self.counts(&closing) => self.backlog.close(closing),
                Passed::Boundaries(_) => {}
                Passed::OtherHosts => self.backlog.hosts_changed(),
            }
        }
    }

    /// Whether there are commitments for a boundary: not for each while this participant is behind.
    fn counts(&self, Closing { period, topology }: &Closing) -> bool {
        let interval = topology.parameters().reconciliation_interval;
        if !self
            .catch_up
            .is_behind(period.to, interval, self.clock.now())
        {
            return true;
        }
        metrics::counter!("daml_participant_sync_commitments_catchup_mode_enabled").increment(1);
        let counts = self.catch_up.counts(period, interval);
        if !counts {
            tracing::debug!(%period, "behind: period without commitments");
        }
        counts
    }

    /// Another participant says what it shares with this one.
    pub(super) fn hear(
        &mut self,
        said: &SaidCommitment,
        time: Timestamp,
        register: &Register,
        writes: &mut CommitmentWrites,
    ) {
        let SaidCommitment { signer, commitment } = said;
        let topology = register.at(commitment.period.to).unwrap_or(register.now());
        let checked = commitments::check(commitment, signer, &self.own, time, topology);
        if let Err(fault) = checked {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(%signer, %fault, "ACS_COMMITMENT_ALARM: commitment ignored");
            return;
        }
        metrics::gauge!("daml_participant_sync_commitments_last_incoming_received")
            .set(micros(commitment.period.to));
        let received = Received {
            period: commitment.period,
            shared: commitment.shared,
        };
        match self.book.receive(&commitment.sender, received) {
            Taken::Compared(compared) => {
                tell(&compared);
                writes.compared.push(compared);
            }
            Taken::Ahead => writes.ahead.push((commitment.sender.clone(), received)),
            Taken::Repeated => tracing::debug!(%signer, "a commitment that was said before"),
            Taken::Forgotten => {
                let period = received.period;
                tracing::debug!(%signer, %period, "a commitment for a time that was left out or forgotten");
            }
        }
    }

    /// Begins the next step if none is under way. Everything up to the last event must be written.
    fn work(&mut self, processed: Timestamp, register: &Register) {
        if self.working.is_some() {
            return;
        }
        let topology = register.at(processed).unwrap_or(register.now());
        if let Some(step) = self.backlog.next(processed, topology) {
            let (store, compute) = (Arc::clone(&self.store), self.compute.clone());
            let whose = (self.number, self.own.clone());
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

    /// A step is done: what was computed is kept and compared with what others have said. Gives what is to
    /// be sent.
    async fn done(&mut self, done: Done) -> Result<Option<Computed>, storage::Error> {
        self.backlog.done(done.sums);
        let Some(computed) = done.computed else {
            return Ok(None);
        };
        let (computed, compared) = self.book.compute(computed);
        let oldest = self.book.oldest().unwrap_or(computed.period.to);
        self.store
            .keep_computed(self.number, &computed, &compared, oldest)
            .await?;
        metrics::gauge!("daml_participant_sync_commitments_last_locally_completed")
            .set(micros(computed.period.to));
        compared.iter().for_each(tell);
        Ok(Some(computed))
    }

    /// Whether contracts came or went before a boundary that nothing has passed since: then the time is
    /// asked for, once.
    pub(super) fn wants_boundary(
        &mut self,
        processed: Timestamp,
        now: Timestamp,
        register: &Register,
    ) -> bool {
        let interval = register.now().parameters().reconciliation_interval;
        let last = now.minus(BOUNDARY_PATIENCE);
        let Some(period) = Period::of_boundaries(processed, last, interval) else {
            return false;
        };
        let wants = self.backlog.is_changed() && period.to > self.asked_for;
        if wants {
            self.asked_for = period.to;
        }
        wants
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
        let there = computed.shared.iter();
        let there: Vec<_> = there.filter(|(to, _)| topology.has_joined(to)).collect();
        let deadline = commitments.clock.now().plus(commitments.sequencing_timeout);
        for batch in there.chunks(ENVELOPES_MAX) {
            let mut subject = computed.period.to.micros().to_be_bytes().to_vec();
            let mut envelopes: Vec<Envelope> = Vec::with_capacity(batch.len());
            for (counter_participant, shared) in batch {
                let message = Message::AcsCommitment(AcsCommitment {
                    sender: commitments.own.clone(),
                    counter_participant: ParticipantId::clone(counter_participant),
                    period: computed.period,
                    shared: **shared,
                });
                let to = vec![counter_participant.member()];
                let envelope = self.outbox.envelope(&message, to);
                // with the signature: after a restart, the same unless the key is another one
                subject.extend_from_slice(&envelope.content);
                envelopes.push(envelope);
            }
            let id = MessageId::about("commitments", &subject);
            commitments.sending.insert(id);
            self.outbox
                .send(self.outbox.request(id, envelopes, deadline));
        }
    }

    /// A batch's fate is known: the latest commitments are sent until they are sequenced.
    pub(super) fn commitments_sent(&mut self, sent: &Sent) {
        let is_latest = self.commitments.sending.remove(&sent.message_id);
        if is_latest
            && matches!(sent.outcome, Err(SendError::TooLate))
            && let Some(latest) = self.commitments.book.latest().cloned()
        {
            self.send_commitments(&latest);
        }
    }

    /// What is known on this domain about what is shared.
    pub(super) fn shared(&self) -> DomainCommitments {
        let book = &self.commitments.book;
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
            mut sums,
            changes,
            topology,
        } => {
            on_pool(&compute, move || {
                for change in &changes {
                    sums.apply(change, &own, &topology);
                }
                let computed = None;
                Ok(Done { sums, computed })
            })
            .await
        }
        Step::Close { mut sums, closing } => {
            on_pool(&compute, move || {
                sums.tidy();
                let computed = Some(closing.compute(&sums));
                Ok(Done { sums, computed })
            })
            .await
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
    on_pool(compute, move || {
        let (closing, mut at_boundary, sums) = scan.finish();
        at_boundary.tidy();
        let computed = Some(closing.compute(&at_boundary));
        Ok(Done { sums, computed })
    })
    .await
}

async fn on_pool<T: Send + 'static>(
    compute: &ComputePool,
    job: impl FnOnce() -> Result<T, storage::Error> + Send + 'static,
) -> Result<T, storage::Error> {
    let done = compute.run_when_free(job).await;
    done.map_err(|error| storage::Error::Bug(error.to_string()))?
}

/// Says what a comparison has shown.
fn tell(compared: &Compared) {
    metrics::gauge!("daml_participant_sync_commitments_last_incoming_processed")
        .set(micros(compared.period.to));
    if compared.matches() {
        tracing::debug!(
            counter_participant = %compared.counter_participant,
            period = %compared.period,
            contracts = compared.own.contracts,
            "commitments match"
        );
        return;
    }
    metrics::counter!("jura_acs_commitment_mismatches_total").increment(1);
    tracing::warn!(
        counter_participant = %compared.counter_participant,
        period = %compared.period,
        own = compared.own.short(),
        received = compared.received.short(),
        "ACS_COMMITMENT_MISMATCH: this participant and another do not share the same contracts"
    );
}

#[allow(
    clippy::cast_precision_loss,
    reason = "microseconds since 1970 fit 53 bits until 2255"
)]
const fn micros(time: Timestamp) -> f64 {
    time.micros() as f64
}

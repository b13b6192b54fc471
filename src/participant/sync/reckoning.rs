//! What is shared with others on one domain, as far as it is known here, and what is to be said to them:
//! pure. The shell keeps and sends it, and does the long work beside the loop.

use super::intake::SaidCommitment;
use super::outbox::Outbox;
use super::store::CommitmentWrites;
use crate::model::{Duration, ParticipantId, Timestamp};
use crate::participant::commitments::{
    self, Backlog, Book, CatchUp, Change, Closing, Compared, Computed, Passed, Received, Scan,
    Step, Sums, Taken, last_passed, passed,
};
use crate::protocol::{AcsCommitment, Envelope, Message, MessageId, Period, SubmissionRequest};
use crate::topology::{Effective, Register, State};

/// Envelopes in one batch at most.
const ENVELOPES_MAX: usize = 256;

/// How long a boundary may wait for somebody else to pass it.
const BOUNDARY_PATIENCE: Duration = Duration::from_secs(1);

/// What a domain's commitments follow from.
#[derive(Debug)]
pub(super) struct Reckoning {
    pub own: ParticipantId,
    pub book: Book,
    catch_up: CatchUp,
    backlog: Backlog,
    /// The last boundary for which the time was asked.
    asked_for: Timestamp,
}

/// A step that was done beside the loop.
#[derive(Debug)]
pub(super) struct Done {
    sums: Sums,
    computed: Option<Computed>,
}

/// What was computed at a boundary: to be kept, then sent.
#[derive(Debug)]
pub(super) struct Closed {
    pub computed: Computed,
    /// What others have said about it before.
    pub compared: Vec<Compared>,
    /// What ended before this is forgotten.
    pub oldest: Timestamp,
}

impl Done {
    /// Adds changes.
    pub(super) fn fold(
        mut sums: Sums,
        changes: &[Change],
        own: &ParticipantId,
        topology: &State,
    ) -> Self {
        for change in changes {
            sums.apply(change, own, topology);
        }
        Self {
            sums,
            computed: None,
        }
    }

    /// Comes to a boundary.
    pub(super) fn close(mut sums: Sums, closing: &Closing) -> Self {
        sums.tidy();
        let computed = Some(closing.compute(&sums));
        Self { sums, computed }
    }

    /// All contracts were taken.
    pub(super) fn scan(scan: Scan) -> Self {
        let (closing, mut at_boundary, sums) = scan.finish();
        at_boundary.tidy();
        let computed = Some(closing.compute(&at_boundary));
        Self { sums, computed }
    }
}

impl Reckoning {
    /// Knows what was kept about a domain.
    pub(super) fn new(book: Book, own: ParticipantId, catch_up: CatchUp) -> Self {
        Self {
            own,
            book,
            catch_up,
            backlog: Backlog::new(),
            asked_for: Timestamp::EPOCH,
        }
    }

    /// Goes on from a position: the last boundary before it is computed again. Whether there is one.
    pub(super) fn resume(&mut self, position: Timestamp, register: &Register) -> bool {
        let closing = last_passed(position, register);
        let is_there = closing.is_some();
        if let Some(closing) = closing {
            self.backlog.close(closing);
        }
        is_there
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
        (last, next): (Timestamp, Timestamp),
        effective: &[Effective],
        register: &Register,
        now: Timestamp,
    ) {
        for passed in passed(last, next, effective, register) {
            match passed {
                Passed::Boundaries(closing) if self.counts(&closing, now) => {
                    self.backlog.close(closing);
                }
                Passed::Boundaries(_) => {}
                Passed::OtherHosts => self.backlog.hosts_changed(),
            }
        }
    }

    /// Whether there are commitments for a boundary: not for each while this participant is behind.
    fn counts(&self, Closing { period, topology }: &Closing, now: Timestamp) -> bool {
        let interval = topology.parameters().reconciliation_interval;
        if !self.catch_up.is_behind(period.to, interval, now) {
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

    /// What is to be done now, if nothing else is. Everything up to the last event must be written.
    pub(super) fn next(&mut self, processed: Timestamp, register: &Register) -> Option<Step> {
        let topology = register.at(processed).unwrap_or(register.now());
        self.backlog.next(processed, topology)
    }

    /// A step is done: what was computed is compared with what others have said.
    pub(super) fn done(&mut self, done: Done) -> Option<Closed> {
        self.backlog.done(done.sums);
        let (computed, compared) = self.book.compute(done.computed?);
        Some(Closed {
            oldest: self.book.oldest().unwrap_or(computed.period.to),
            computed,
            compared,
        })
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

    /// What is to be sent to those who are there.
    pub(super) fn messages(
        &self,
        computed: &Computed,
        topology: &State,
        outbox: &Outbox,
        deadline: Timestamp,
    ) -> Vec<SubmissionRequest> {
        let there = computed.shared.iter();
        let there: Vec<_> = there.filter(|(to, _)| topology.has_joined(to)).collect();
        let batches = there.chunks(ENVELOPES_MAX).map(|batch| {
            let mut subject = computed.period.to.micros().to_be_bytes().to_vec();
            let mut envelopes: Vec<Envelope> = Vec::with_capacity(batch.len());
            for (counter_participant, shared) in batch {
                let message = Message::AcsCommitment(AcsCommitment {
                    sender: self.own.clone(),
                    counter_participant: ParticipantId::clone(counter_participant),
                    period: computed.period,
                    shared: **shared,
                });
                let to = vec![counter_participant.member()];
                let envelope = outbox.envelope(&message, to);
                // with the signature: after a restart, the same unless the key is another one
                subject.extend_from_slice(&envelope.content);
                envelopes.push(envelope);
            }
            let id = MessageId::about("commitments", &subject);
            outbox.request(id, envelopes, deadline)
        });
        batches.collect()
    }
}

/// Says what a comparison has shown.
pub(super) fn tell(compared: &Compared) {
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
pub(super) const fn micros(time: Timestamp) -> f64 {
    time.micros() as f64
}

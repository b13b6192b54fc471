//! Phase 1: submissions on their way through the loop.

use std::collections::{BTreeMap, HashSet};

use tokio::sync::oneshot;

use super::actor::Shell;
use super::connection::Connection;
use super::messages::Reply;
use super::outbox::Sent;
use super::ready::{
    Fate, Preparation, change_id, fate, in_flight, is_explained_by, not_sequenced, registered,
};
use super::store::Registration;
use super::turn::{Context, Turn};
use crate::lf::error::Error as EngineError;
use crate::model::{DomainId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{
    self, AcceptedChange, Candidate, ChangeId, DeduplicationPeriod, DomainNumber, Failure,
    Lookback, Submission, Success, trace_id,
};
use crate::protocol::SubmissionRequest;
use crate::runtime::Task;
use crate::storage;
use crate::wire::ledger as wire;

/// A submission that was interpreted.
pub(super) struct Interpreted {
    pub submission: Box<Submission>,
    pub reply: Reply<()>,
    pub outcome: Result<Success, Failure>,
}

/// A submission that is ready to be registered.
struct Ready {
    domain: DomainId,
    registration: Registration,
    request: SubmissionRequest,
    period: Lookback,
    reply: Reply<()>,
}

/// What goes out when it is registered.
struct Outgoing {
    domain: DomainId,
    request: SubmissionRequest,
    reply: Reply<()>,
}

impl Shell {
    /// Starts to interpret a submission, if there is room. Nothing comes of it if whoever asked does
    /// not wait any more: nothing is registered yet, so nobody was told that it was accepted.
    pub(super) fn interpret(&self, submission: Box<Submission>, mut reply: Reply<()>) {
        if self.interpreting.len() + self.in_flight.len() >= self.role.config.in_flight_max {
            let _ = reply.send(Err(Refusal::new(
                ErrorId::ParticipantBackpressure,
                "The participant is overloaded. Please back off before submitting again.",
            )));
            return;
        }
        let connections = self.by_preference().into_iter();
        let candidates: Vec<Candidate> = connections.map(Connection::candidate).collect();
        let interpreter = self.interpreter.clone();
        let now = self.role.clock.now();
        self.interpreting.push(Task::start(async move {
            let interpreting = interpreter.interpret(&submission, now, candidates);
            let outcome = unless_abandoned(interpreting, &mut reply).await?;
            Some(Interpreted {
                submission,
                reply,
                outcome,
            })
        }));
    }

    /// Deduplicates, registers and sends what was interpreted.
    pub(super) async fn submit(
        &mut self,
        interpreted: Vec<Interpreted>,
    ) -> Result<(), storage::Error> {
        let now = self.role.clock.now();
        let mut turn = Turn::default();
        let mut ready: Vec<Ready> = Vec::new();
        // those that leave a completion are answered once it is written
        let mut answers: Vec<(Reply<()>, Result<(), Refusal>)> = Vec::new();
        let mut changes: HashSet<ChangeId> = HashSet::new();
        for Interpreted {
            submission,
            reply,
            outcome,
        } in interpreted
        {
            let change = change_id(&submission);
            let accepted = match submission.deduplication {
                DeduplicationPeriod::Offset(_) => self.store.accepted(change).await?,
                DeduplicationPeriod::Maximum | DeduplicationPeriod::Duration(_) => None,
            };
            match self.prepare(&submission, outcome, accepted.as_ref(), now) {
                Ok(_) if self.in_flight.has_change(&change) || !changes.insert(change) => {
                    let _ = reply.send(Err(already_in_flight()));
                }
                Ok((domain, registration, request)) => ready.push(Ready {
                    domain,
                    registration,
                    request,
                    period: self.lookback(&submission),
                    reply,
                }),
                Err(Failure::Refused(refusal)) => {
                    let _ = reply.send(Err(refusal));
                }
                Err(Failure::Engine {
                    error,
                    exercise_trace,
                }) => {
                    let accepted = self
                        .accepted_in_spite_of(&submission, &error, now, &mut turn)
                        .await?;
                    let refusal = || Refusal::of_command(&error, &exercise_trace);
                    answers.push((reply, accepted.ok_or_else(refusal)));
                }
            }
        }
        let duplicates = self.register(ready, now, &mut turn).await?;
        answers.extend(duplicates.into_iter().map(|reply| (reply, Ok(()))));
        self.write(None, turn).await?;
        for (reply, answer) in answers {
            let _ = reply.send(answer);
        }
        Ok(())
    }

    /// The request that a submission becomes.
    fn prepare(
        &mut self,
        submission: &Submission,
        outcome: Result<Success, Failure>,
        accepted: Option<&AcceptedChange>,
        now: Timestamp,
    ) -> Result<(DomainId, Registration, SubmissionRequest), Failure> {
        let success = outcome?;
        let period = self.lookback(submission);
        let connection = self.connections.get_mut(&success.domain);
        let connection = connection.ok_or_else(|| disconnected(&success.domain))?;
        let mut preparation = Preparation {
            participant: &self.identity.participant,
            number: connection.number,
            register: connection.intake.follower.register(),
            end: &self.end,
            outbox: &mut connection.outbox,
            sequencing_timeout: self.role.config.sequencing_timeout.into(),
            period,
        };
        let (registration, request) = preparation.prepare(submission, &success, accepted, now)?;
        Ok((success.domain, registration, request))
    }

    /// How far back a duplicate is looked for.
    fn lookback(&self, submission: &Submission) -> Lookback {
        let max = self.role.config.deduplication_max;
        submission.deduplication.lookback(max)
    }

    /// Interpretation failed. If it did because of a contract that this very change consumed when it
    /// was accepted, the answer is that it was.
    async fn accepted_in_spite_of(
        &mut self,
        submission: &Submission,
        error: &EngineError,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<Option<()>, storage::Error> {
        if let Some(accepted) = self.accepted_before(submission, error).await?
            && let Some(refusal) =
                submission::refuse_duplicate(self.lookback(submission), &accepted, now)
        {
            self.complete_duplicate(submission, &refusal, now, turn);
            return Ok(Some(()));
        }
        Ok(None)
    }

    /// The earlier acceptance of a change, if that may be why it fails now.
    async fn accepted_before(
        &self,
        submission: &Submission,
        error: &EngineError,
    ) -> Result<Option<AcceptedChange>, storage::Error> {
        let archived_by = match error {
            EngineError::ContractNotFound(contract) => self.store.archived_by(contract).await?,
            EngineError::ContractKeyNotFound(_) => None,
            _ => return Ok(None),
        };
        let accepted = self.store.accepted(change_id(submission)).await?;
        Ok(accepted.filter(|accepted| is_explained_by(error, accepted, archived_by)))
    }

    fn complete_duplicate(
        &mut self,
        submission: &Submission,
        refusal: &Refusal,
        now: Timestamp,
        turn: &mut Turn,
    ) {
        let start = self.end.times.start(self.lookback(submission), now);
        let in_flight = in_flight(submission, start);
        let wanted = submission.domain.clone();
        let preferred = || self.by_preference().first().map(|it| it.info.id.clone());
        let Some(domain) = wanted.or_else(preferred) else {
            return;
        };
        self.complete(&domain, in_flight, refusal, now, turn);
    }

    /// A completion for a submission that was not sent.
    fn complete(
        &mut self,
        domain: &DomainId,
        in_flight: wire::InFlightSubmission,
        refusal: &Refusal,
        now: Timestamp,
        turn: &mut Turn,
    ) {
        let mut context = Context {
            domain,
            // nothing becomes active
            number: DomainNumber(0),
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        };
        turn.complete(in_flight, refusal, now, &mut context);
    }

    /// Registers what was not accepted before, sends it; the others get their completion, and are given
    /// back to be answered when it is written.
    async fn register(
        &mut self,
        ready: Vec<Ready>,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<Vec<Reply<()>>, storage::Error> {
        let (ready, mut duplicates) = self.refuse_forgotten(ready, now, turn).await?;
        if ready.is_empty() {
            return Ok(duplicates);
        }
        let (registrations, rest): (Vec<Registration>, Vec<_>) = ready
            .into_iter()
            .map(|it| {
                let outgoing = Outgoing {
                    domain: it.domain,
                    request: it.request,
                    reply: it.reply,
                };
                (it.registration, (outgoing, it.period))
            })
            .unzip();
        let known = self.store.register(&registrations, false).await?;
        let mut again = Vec::new();
        let mut to_send = Vec::new();
        for (registration, (outgoing, period)) in registrations.into_iter().zip(rest) {
            match fate(period, known.get(&registration.change_id), now) {
                Fate::Send => to_send.push((registration, outgoing)),
                Fate::Duplicate(refusal) => {
                    let domain = &outgoing.domain;
                    self.complete(domain, registration.in_flight, &refusal, now, turn);
                    duplicates.push(outgoing.reply);
                }
                Fate::Again => again.push((registration, outgoing)),
            }
        }
        for (registration, outgoing) in again {
            let registrations = std::slice::from_ref(&registration);
            self.store.register(registrations, true).await?;
            to_send.push((registration, outgoing));
        }
        self.send_registered(to_send);
        Ok(duplicates)
    }

    /// Those of which nobody remembers whether they were accepted get their completion, too.
    async fn refuse_forgotten(
        &mut self,
        ready: Vec<Ready>,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<(Vec<Ready>, Vec<Reply<()>>), storage::Error> {
        // as far as times on the ledger go, a clock that is set back has not
        let now = self
            .end
            .times
            .latest()
            .map_or(now, |latest| latest.max(now));
        let mut remembered = Vec::with_capacity(ready.len());
        let mut refused = Vec::new();
        for it in ready {
            let change = it.registration.change_id;
            let forgotten = self.pruning.forgotten(&self.store, change, it.period, now);
            match forgotten.await? {
                None => remembered.push(it),
                Some(refusal) => {
                    let in_flight = it.registration.in_flight;
                    self.complete(&it.domain, in_flight, &refusal, now, turn);
                    refused.push(it.reply);
                }
            }
        }
        Ok((remembered, refused))
    }

    fn send_registered(&mut self, all: Vec<(Registration, Outgoing)>) {
        let mut requests: BTreeMap<DomainId, Vec<SubmissionRequest>> = BTreeMap::new();
        for (registration, outgoing) in all {
            tracing::debug!(
                tid = trace_id(&registration.in_flight.traceparent),
                message_id = %registration.message_id,
                "submission registered"
            );
            registered(registration, &mut self.in_flight);
            let of_domain = requests.entry(outgoing.domain).or_default();
            of_domain.push(outgoing.request);
            let _ = outgoing.reply.send(Ok(()));
        }
        for (domain, requests) in requests {
            // sent from what is kept when it is connected again, if it is not now
            if let Some(connection) = self.connections.get_mut(&domain) {
                connection.outbox.send_all(requests);
            }
        }
    }

    /// A message's fate is known. Most are sequenced, and what follows comes as an event.
    pub(super) async fn sent(
        &mut self,
        domain: &DomainId,
        sent: Sent,
    ) -> Result<(), storage::Error> {
        let Some(connection) = self.connections.get_mut(domain) else {
            return Ok(());
        };
        connection.commitments_sent(&sent);
        let error = match sent.outcome {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let number = connection.number;
        if !self.in_flight.contains(&sent.message_id, number) {
            tracing::debug!(message_id = %sent.message_id, %error, "message was not sequenced");
            return Ok(());
        }
        let Some(refusal) = not_sequenced(&error) else {
            return Ok(());
        };
        let mut turn = Turn::default();
        let now = self.role.clock.now();
        let mut context = Context {
            domain,
            number,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        };
        turn.refuse(&sent.message_id, &refusal, now, &mut context);
        self.write(None, turn).await
    }
}

/// What comes of some work, unless whoever asked for it stops waiting before.
async fn unless_abandoned<T, A>(
    work: impl Future<Output = T>,
    reply: &mut oneshot::Sender<A>,
) -> Option<T> {
    tokio::select! {
        outcome = work => Some(outcome),
        () = reply.closed() => None,
    }
}

pub(super) fn already_in_flight() -> Refusal {
    Refusal::new(
        ErrorId::SubmissionAlreadyInFlight,
        "The submission is already in-flight",
    )
}

fn disconnected(domain: &DomainId) -> Failure {
    Failure::Refused(Refusal::new(
        ErrorId::NotConnectedToSynchronizer,
        format!("This participant is not connected to synchronizer {domain} any more; try again"),
    ))
}

pub(super) fn no_mediator() -> Failure {
    Failure::Refused(Refusal::new(
        ErrorId::NotConnectedToAnySynchronizer,
        "The domain has no mediator yet; try again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_ends_when_nobody_waits_for_what_comes_of_it() {
        let (mut reply, asked) = oneshot::channel::<()>();
        assert_eq!(unless_abandoned(async { 7 }, &mut reply).await, Some(7));
        drop(asked);
        let endless = std::future::pending::<()>();
        assert_eq!(unless_abandoned(endless, &mut reply).await, None);
    }
}

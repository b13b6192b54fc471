//! What becomes of a submission that was interpreted: pure.

use super::outbox::Outbox;
use super::register::{InFlight, Submitted};
use super::store::Registration;
use super::submissions::no_mediator;
use super::turn::LogEnd;
use crate::lf::error::Error as EngineError;
use crate::model::{Duration, MemberKind, Offset, ParticipantId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{
    self, AcceptedChange, ChangeId, DomainNumber, Failure, Lookback, RequestTimes, Route,
    Submission, Success,
};
use crate::protocol::{MessageId, SubmissionRequest};
use crate::sequencer_client::SendError;
use crate::topology::Register;
use crate::wire::ledger as wire;

/// What makes a request of a submission.
pub(super) struct Preparation<'a> {
    pub participant: &'a ParticipantId,
    pub number: DomainNumber,
    /// Who is who, as far as events were taken.
    pub register: &'a Register,
    pub end: &'a LogEnd,
    pub outbox: &'a mut Outbox,
    /// How long the request may wait to be sequenced.
    pub sequencing_timeout: Duration,
    /// How far back a duplicate is looked for.
    pub period: Lookback,
}

/// What is to be done with a submission, once it is known whether its change was accepted before.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is registered: it can be sent.
    Send,
    /// It changes nothing.
    Duplicate(Refusal),
    /// The acceptance is too long ago: it is to be registered nevertheless.
    Again,
}

impl Preparation<'_> {
    /// The request that a submission becomes; `accepted` is the last acceptance of its change, needed if
    /// it names the offset after which it must not have been accepted.
    pub(super) fn prepare(
        &mut self,
        submission: &Submission,
        success: &Success,
        accepted: Option<&AcceptedChange>,
        now: Timestamp,
    ) -> Result<(Registration, SubmissionRequest), Failure> {
        let topology = self.register.now();
        submission::check_submitters(&submission.act_as, self.participant, topology)?;
        let times = RequestTimes {
            ledger_time: success.ledger_time,
            preparation_time: success.preparation_time,
            deduplication_offset: self.end.times.start(self.period, now),
            deduplication_start: submission::start_time(self.period, accepted, now),
            max_sequencing_time: now.plus(self.sequencing_timeout),
            topology_time: self.register.time(),
        };
        let route = Route {
            domain: &success.domain,
            is_prescribed: submission.domain.is_some(),
            ledger_time: success.ledger_time,
        };
        let request = submission::build(
            submission,
            &success.interpreted,
            times,
            self.participant,
            topology,
            route,
        )?;
        let mediator = topology.members_of(MemberKind::Mediator).next();
        let mediator = mediator.cloned().ok_or_else(no_mediator)?;
        let envelopes = self
            .outbox
            .request_envelopes(&request, mediator, topology, now)?;
        let message_id = MessageId::random();
        let sent = self
            .outbox
            .request(message_id, envelopes, times.max_sequencing_time);
        let registration = Registration {
            domain: self.number,
            message_id,
            change_id: change_id(submission),
            request: sent.encode(),
            in_flight: in_flight(submission, times.deduplication_offset),
        };
        Ok((registration, sent))
    }
}

/// What follows from the acceptance of the change, if there was one.
pub(super) fn fate(period: Lookback, accepted: Option<&AcceptedChange>, now: Timestamp) -> Fate {
    let Some(accepted) = accepted else {
        return Fate::Send;
    };
    match submission::refuse_duplicate(period, accepted, now) {
        Some(refusal) => Fate::Duplicate(refusal),
        None => Fate::Again,
    }
}

/// Whether interpretation fails now because the change was accepted: it consumed what is missing.
pub(super) fn is_explained_by(
    error: &EngineError,
    accepted: &AcceptedChange,
    archived_by: Option<Offset>,
) -> bool {
    match error {
        EngineError::ContractNotFound(_) => archived_by == Some(accepted.completion_offset),
        // which contract had the key then is not known
        EngineError::ContractKeyNotFound(_) => true,
        _ => false,
    }
}

/// A submission is registered, and kept so.
pub(super) fn registered(registration: Registration, in_flight: &mut InFlight) {
    let submitted = Submitted {
        change_id: registration.change_id,
        domain: registration.domain,
        in_flight: registration.in_flight,
    };
    in_flight.insert(registration.message_id, submitted);
}

/// What a submission's completion says when its message was not sequenced; none if it was.
pub(super) fn not_sequenced(error: &SendError) -> Option<Refusal> {
    match error {
        // it was sequenced in an earlier form: its event says what becomes of it
        SendError::MessageIdReused => None,
        SendError::TooLate => Some(Refusal::new(
            ErrorId::NotSequencedTimeout,
            "Transaction was not sequenced within the pre-defined max sequencing time and has \
             therefore timed out",
        )),
        SendError::TooLarge { .. }
        | SendError::UnknownMember(_)
        | SendError::Refused(_)
        | SendError::Unavailable(_)
        | SendError::Overloaded => Some(Refusal::new(
            ErrorId::SequencerRequestFailed,
            error.to_string(),
        )),
    }
}

pub(super) fn change_id(submission: &Submission) -> ChangeId {
    ChangeId::of(
        &submission.user_id,
        &submission.command_id,
        &submission.act_as,
    )
}

pub(super) fn in_flight(
    submission: &Submission,
    deduplication_offset: Offset,
) -> wire::InFlightSubmission {
    let act_as = submission.act_as.iter();
    wire::InFlightSubmission {
        completion: Some(wire::Completion {
            user_id: submission.user_id.to_string(),
            act_as: act_as.map(ToString::to_string).collect(),
            command_id: submission.command_id.to_string(),
            submission_id: submission.submission_id.to_string(),
            deduplication_offset: deduplication_offset.get(),
        }),
        traceparent: submission.trace.parent.clone(),
        tracestate: submission.trace.state.clone(),
    }
}

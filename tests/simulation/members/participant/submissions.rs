//! Phase 1 at a participant of the simulation.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::ready::{
    Fate, Preparation, change_id, fate, in_flight, is_explained_by, not_sequenced, registered,
};
use super::super::submissions::already_in_flight;
use super::super::turn::Turn;
use super::{NUMBER, Participant};
use crate::lf::engine::{self, Step};
use crate::lf::error::Error as EngineError;
use crate::lf::transaction::transaction_seed;
use crate::model::{Duration, Hash, Party, Timestamp};
use crate::participant::errors::Refusal;
use crate::participant::submission::{self, Failure, Lookback, Submission, Success};
use crate::protocol::MessageId;
use crate::sequencer_client::SendError;
use crate::simulation::moment::{Broken, Crashed, Effect, Moment};

/// What came of an interpretation.
pub(crate) type Outcome = Result<Success, Failure>;

/// How long a request may wait to be sequenced.
const SEQUENCING_TIMEOUT: Duration = Duration::from_secs(10);

impl Participant {
    /// Interprets commands on what is written now.
    pub(crate) fn interpret(
        &self,
        act_as: &BTreeSet<Party>,
        commands: &[engine::Command],
        now: Timestamp,
    ) -> Outcome {
        let mut ledger_time = now;
        for _ in 0..3 {
            let interpreted = self.run(act_as, commands, ledger_time, now)?;
            let newest = interpreted.inputs.values().map(|it| it.created_at).max();
            match newest {
                Some(newest) if newest > ledger_time => ledger_time = newest,
                _ => {
                    return Ok(Success {
                        interpreted,
                        ledger_time,
                        preparation_time: now,
                        domain: self.place.domain.clone(),
                    });
                }
            }
        }
        Err(Failure::Refused(Refusal::internal("no ledger time")))
    }

    fn run(
        &self,
        act_as: &BTreeSet<Party>,
        commands: &[engine::Command],
        ledger_time: Timestamp,
        now: Timestamp,
    ) -> Result<Box<engine::Interpreted>, Failure> {
        let seed = Hash::from_bytes(crate::crypto::random_bytes());
        let mut interpretation = self.engine.submit(engine::Submission {
            commands: commands.to_vec(),
            act_as: act_as.clone(),
            read_as: BTreeSet::new(),
            prefetch_keys: Vec::new(),
            package_preference: Arc::default(),
            ledger_time,
            preparation_time: now,
            transaction_seed: transaction_seed(&seed, self.disk.participant(), now),
            cancelled: Arc::default(),
        });
        loop {
            match interpretation.run() {
                Step::NeedContract(id) => {
                    interpretation.answer_contract(self.disk.visible(&id, act_as));
                }
                Step::Done(interpreted) => return Ok(interpreted),
                Step::Failed(error) => {
                    return Err(Failure::Engine {
                        error,
                        exercise_trace: String::new(),
                    });
                }
                Step::Paused => {}
                Step::NeedKey(_) | Step::NeedPackage(_) => panic!("no keys, and one package"),
            }
        }
    }

    /// Deduplicates, registers and sends what was interpreted.
    pub(crate) fn submit(
        &mut self,
        submission: &Submission,
        outcome: Outcome,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let mut turn = Turn::default();
        let answer = match self.prepare(submission, outcome, moment.now) {
            Ok(_) if self.in_flight.has_change(&change_id(submission)) => Err(already_in_flight()),
            Ok((registration, request)) => {
                if moment.is_broken(Broken::AnswersBeforeItRegisters) {
                    let id = submission.submission_id.clone();
                    moment.effects.push(Effect::Answer(id, Ok(())));
                }
                moment.before_writing("participant before it registers a submission")?;
                let known = self.disk.register(&registration, false);
                moment.after_writing("participant after it registered a submission")?;
                match fate(period(submission), known.as_ref(), moment.now) {
                    Fate::Duplicate(refusal) => {
                        let in_flight = registration.in_flight;
                        turn.complete(in_flight, &refusal, moment.now, &mut self.context());
                    }
                    fate @ (Fate::Send | Fate::Again) => {
                        if matches!(fate, Fate::Again) {
                            self.disk.register(&registration, true);
                        }
                        registered(registration, &mut self.in_flight);
                        moment.send_all(self.outbox.sign_all(vec![request]));
                    }
                }
                Ok(())
            }
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Engine { error, .. }) => {
                let found = self.accepted_in_spite_of(submission, &error, moment.now, &mut turn);
                found.ok_or_else(|| Refusal::of_command(&error, ""))
            }
        };
        self.write(None, turn, moment)?;
        let id = submission.submission_id.clone();
        moment.effects.push(Effect::Answer(id, answer));
        Ok(())
    }

    fn prepare(
        &mut self,
        submission: &Submission,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<
        (
            super::super::store::Registration,
            crate::protocol::SubmissionRequest,
        ),
        Failure,
    > {
        let success = outcome?;
        let accepted = self.disk.accepted(change_id(submission));
        let mut preparation = Preparation {
            participant: &self.disk.identity.participant,
            number: NUMBER,
            register: self.intake.follower.register(),
            end: &self.end,
            outbox: &mut self.outbox,
            sequencing_timeout: SEQUENCING_TIMEOUT,
            period: period(submission),
        };
        preparation.prepare(submission, &success, accepted, now)
    }

    fn accepted_in_spite_of(
        &mut self,
        submission: &Submission,
        error: &EngineError,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Option<()> {
        let archived_by = match error {
            EngineError::ContractNotFound(contract) => self.disk.archived_by(contract),
            _ => None,
        };
        let accepted = self.disk.accepted(change_id(submission));
        let accepted = accepted.filter(|it| is_explained_by(error, it, archived_by))?;
        let refusal = submission::refuse_duplicate(period(submission), accepted, now)?;
        let start = self.end.times.start(period(submission), now);
        let in_flight = in_flight(submission, start);
        turn.complete(in_flight, &refusal, now, &mut self.context());
        Some(())
    }

    /// A message was sequenced, or never will be.
    pub(crate) fn sent(
        &mut self,
        message_id: MessageId,
        outcome: &Result<(), SendError>,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        self.outbox.arrived(&message_id);
        self.commitments_sent(&message_id, outcome, moment);
        let Err(error) = outcome else {
            return Ok(());
        };
        if !self.in_flight.contains(&message_id, NUMBER) {
            return Ok(());
        }
        let Some(refusal) = not_sequenced(error) else {
            return Ok(());
        };
        let mut turn = Turn::default();
        turn.refuse(&message_id, &refusal, moment.now, &mut self.context());
        self.write(None, turn, moment)
    }
}

/// How far back a duplicate is looked for.
fn period(submission: &Submission) -> Lookback {
    let config = super::super::config::Config::default();
    submission.deduplication.lookback(config.deduplication_max)
}

//! What a member finds when something happens to it: the time, chance, and room for what it does.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::random::Random;
use crate::model::{Offset, ParticipantId, SubmissionId, Timestamp};
use crate::participant::commitments::{Compared, Computed};
use crate::participant::errors::Refusal;
use crate::protocol::{RequestId, SharedDigest, SignedRequest};

/// Writes of which only the answer is lost, of a thousand to a store that does not work.
const LOST_ANSWERS: u32 = 400;

/// The member is gone, with everything that it has not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crashed;

/// Something that the outside sees.
#[derive(Debug)]
pub(crate) enum Effect {
    /// To the sequencer, until its fate is known.
    Send(SignedRequest),
    /// A verdict on a request, likewise.
    SendVerdict(RequestId, SignedRequest),
    /// To an application, about what it has submitted.
    Answer(SubmissionId, Result<(), Refusal>),
    /// Commitments were computed; with what comes of it when all contracts are summed anew.
    Computed(Computed, BTreeMap<ParticipantId, SharedDigest>),
    /// They were compared with somebody else's.
    Compared(Compared),
    /// To the readers of the participant's log.
    Tell(Offset, Bytes),
}

/// A fault that is put into a member on purpose, to see that it is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Participants forget all locks after each event.
    ForgetsLocks,
    /// Participants send and tell before they write.
    SendsBeforeItWrites,
    /// Participants do not look whether a change was accepted before, or is under way.
    IgnoresChanges,
    /// Participants answer applications before a submission is registered.
    AnswersBeforeItRegisters,
    /// Participants come up without the requests that had no verdict.
    ForgetsUndecided,
    /// The sequencer forgets what it has sequenced under which message id.
    SequencesTwice,
    /// The mediator keeps the end of its events as its position, whatever is undecided.
    MediatorSkips,
    /// A participant sends nothing again after a restart.
    ForgetsToSend,
    /// A participant does not see all changes of what it shares with others.
    MissesSharedContracts,
    /// A participant with a new key cannot read what was encrypted for the one before.
    ForgetsFormerKeys,
    /// A participant comes up without one of its contracts.
    LosesARow,
    /// A participant takes what its store has refused for written.
    IgnoresRefusals,
    /// The sequencer does not look for what was written while it had no answer.
    TrustsItsMemory,
}

/// Something happens to a member.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    /// By the member's clock.
    pub now: Timestamp,
    pub random: &'a mut Random,
    /// How often in a thousand times the member crashes where it may.
    pub crash_per_mille: u32,
    /// The member's store does not work.
    pub is_out: bool,
    pub broken: Option<Broken>,
    /// What was done, in order. Stays done if the member crashes after it.
    pub effects: Vec<Effect>,
    /// Where it crashed.
    pub crashed_at: Option<&'static str>,
}

impl Moment<'_> {
    /// A place in the member's work where it may crash.
    pub(crate) fn may_crash(&mut self, place: &'static str) -> Result<(), Crashed> {
        if self.random.happens(self.crash_per_mille) {
            self.crashed_at = Some(place);
            return Err(Crashed);
        }
        Ok(())
    }

    /// Something is about to be written; a store that does not work refuses it, as a rule. Its member
    /// then begins again from what is written.
    pub(crate) fn before_writing(&mut self, place: &'static str) -> Result<(), Crashed> {
        self.may_crash(place)?;
        if self.is_out && !self.is_answer_lost() {
            self.crashed_at = Some("a store refuses");
            return Err(Crashed);
        }
        Ok(())
    }

    /// Something was written; from a store that does not work nobody learns it.
    pub(crate) fn after_writing(&mut self, place: &'static str) -> Result<(), Crashed> {
        if self.is_out {
            self.crashed_at = Some("a store does not answer");
            return Err(Crashed);
        }
        self.may_crash(place)
    }

    /// Whether a store that does not work has written nevertheless.
    pub(crate) fn is_answer_lost(&mut self) -> bool {
        self.random.happens(LOST_ANSWERS)
    }

    pub(crate) fn is_broken(&self, broken: Broken) -> bool {
        self.broken == Some(broken)
    }

    pub(crate) fn send(&mut self, request: SignedRequest) {
        self.effects.push(Effect::Send(request));
    }

    pub(crate) fn send_all(&mut self, requests: impl IntoIterator<Item = SignedRequest>) {
        self.effects.extend(requests.into_iter().map(Effect::Send));
    }
}

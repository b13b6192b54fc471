//! What will happen, in the order of time; messages to the sequencer and events from it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::checks::Violation;
use super::operators::Change;
use super::world::World;
use crate::model::{Duration, SubmissionId, Timestamp};
use crate::participant::sync::simulated::Outcome;
use crate::protocol::{EventPage, MessageId, RequestId, SignedRequest};
use crate::sequencer_client::SendError;

/// A member, or the sequencer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    Sequencer,
    Manager,
    Mediator,
    Participant(usize),
}

/// A message on its way to the sequencer.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub who: Who,
    pub life: u64,
    pub request: SignedRequest,
}

impl Sending {
    pub(crate) const fn message_id(&self) -> MessageId {
        self.request.request().message_id
    }
}

/// What may happen. Numbers are lives of members.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A message is at the sequencer.
    Arrives(Sending),
    /// The sequencer sequences what has arrived.
    Sequence,
    /// A sender learns what became of its message.
    Learns(Sending, Result<(), SendError>),
    /// A sender has not learned it.
    Resend(Who, u64, MessageId),
    /// A member wants its next events.
    Asks(Who, u64),
    /// A member gets them.
    Shown(Who, u64, EventPage),
    /// A member comes up.
    Starts(Who),
    /// A member goes down.
    Fails(Who),
    /// A member's store does not work for so long.
    LosesItsStore(Who, Duration),
    /// A member does what it does now and then.
    Checkpoint(Who, u64),
    /// An operator wants something.
    Order(Change),
    /// An operator looks after an order.
    Operate(usize),
    /// An application has an idea.
    Act,
    /// An attempt is at its participant.
    Submits(SubmissionId),
    /// It was interpreted.
    Interpreted(SubmissionId, u64, Box<Outcome>),
    /// An application tries again.
    Again(usize),
}

/// What will happen.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    order: BinaryHeap<Reverse<(Timestamp, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    next: u64,
}

impl Queue {
    pub(crate) fn put(&mut self, at: Timestamp, happening: Happening) {
        self.order.push(Reverse((at, self.next)));
        self.happenings.insert(self.next, happening);
        self.next += 1;
    }

    /// What comes next, if it comes before a time.
    pub(crate) fn take(&mut self, until: Timestamp) -> Option<(Timestamp, Happening)> {
        let Reverse((at, number)) = *self.order.peek()?;
        if at > until {
            return None;
        }
        self.order.pop();
        Some((at, self.happenings.remove(&number).unwrap()))
    }
}

impl World {
    /// Sends a message until its fate is known.
    pub(crate) fn send(&mut self, who: Who, request: SignedRequest, verdict: Option<RequestId>) {
        let message_id = request.request().message_id;
        self.sending
            .insert((who, message_id), (request.clone(), verdict));
        self.transmit(who, request);
    }

    fn transmit(&mut self, who: Who, request: SignedRequest) {
        let life = self.life(who);
        let message_id = request.request().message_id;
        let copies = if !self.is_calm && self.random.happens(self.settings.twice) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let sending = Sending {
                who,
                life,
                request: request.clone(),
            };
            if let Some(delay) = self.transit() {
                self.after(delay, Happening::Arrives(sending));
            }
        }
        let patience = self.random.between(500, 1500);
        self.after(patience, Happening::Resend(who, life, message_id));
    }

    pub(crate) fn resend(&mut self, who: Who, life: u64, message_id: MessageId) {
        if life != self.life(who) {
            return;
        }
        if let Some((request, _)) = self.sending.get(&(who, message_id)) {
            let request = request.clone();
            self.transmit(who, request);
        }
    }

    pub(crate) fn arrives(&mut self, sending: Sending) {
        if self.domain.sequencer.is_none() {
            return;
        }
        if self.domain.arrived.is_empty() {
            let pause = self.random.between(0, 2);
            self.after(pause, Happening::Sequence);
        }
        self.domain.arrived.push(sending);
    }

    pub(crate) fn sequence(&mut self) -> Result<(), Violation> {
        let arrived = std::mem::take(&mut self.domain.arrived);
        if arrived.is_empty() {
            return Ok(());
        }
        let mut outcomes = Vec::new();
        self.with(Who::Sequencer, |world, moment| {
            let requests = arrived.iter().map(|it| it.request.clone()).collect();
            outcomes = world.domain.sequence(requests, moment)?;
            Ok(())
        })?;
        for (sending, outcome) in arrived.into_iter().zip(outcomes) {
            if let Err(error) = &outcome {
                if let SendError::Unavailable(reason) = error {
                    self.count(&format!("sequencer: {reason}"));
                }
                self.note(|| format!("{:?}: not sequenced, {error}", sending.who));
            }
            if let Some(delay) = self.transit() {
                self.after(delay, Happening::Learns(sending, outcome));
            }
        }
        for (who, life) in std::mem::take(&mut self.domain.waiting) {
            self.asks(who, life);
        }
        Ok(())
    }

    pub(crate) fn learns(
        &mut self,
        sending: &Sending,
        outcome: Result<(), SendError>,
    ) -> Result<(), Violation> {
        if sending.life != self.life(sending.who) {
            return Ok(());
        }
        if matches!(
            outcome,
            Err(SendError::Unavailable(_) | SendError::Overloaded)
        ) {
            return Ok(());
        }
        let message_id = sending.message_id();
        let Some((_, verdict)) = self.sending.remove(&(sending.who, message_id)) else {
            return Ok(());
        };
        self.fate(sending.who, message_id, verdict, outcome)
    }

    pub(crate) fn asks(&mut self, who: Who, life: u64) {
        if life != self.life(who) {
            return;
        }
        let Some(after) = self.reads_after(who) else {
            return;
        };
        let member = self.member(who);
        let bound = 1 + self.random.below(self.settings.page);
        match self.domain.page(&member, after, bound) {
            // nobody answers
            None if self.domain.sequencer.is_none() || self.is_out(Who::Sequencer) => {
                let pause = self.random.between(50, 100);
                self.after(pause, Happening::Asks(who, life));
            }
            None => self.domain.waiting.push((who, life)),
            Some(page) => match self.transit() {
                Some(delay) => self.after(delay, Happening::Shown(who, life, page)),
                // the connection breaks, and is made again
                None => self.after(Duration::from_secs(1), Happening::Asks(who, life)),
            },
        }
    }

    pub(crate) fn shown(&mut self, who: Who, life: u64, page: EventPage) -> Result<(), Violation> {
        if life != self.life(who) {
            return Ok(());
        }
        let times: Vec<i64> = page
            .events
            .iter()
            .map(|it| it.event.time.micros() % 1_000_000_000)
            .collect();
        self.note(|| format!("{who:?} reads {times:?}"));
        self.with(who, |world, moment| match who {
            Who::Sequencer => Ok(()),
            Who::Manager => world.domain.manager_reads(page, moment),
            Who::Mediator => match &mut world.domain.mediator {
                Some(mediator) => mediator.read(page, moment),
                None => Ok(()),
            },
            Who::Participant(index) => match world.hosts[index].up() {
                Some(participant) => participant.read(page, moment),
                None => Ok(()),
            },
        })?;
        self.admit();
        let life = self.life(who);
        self.after(Duration::from_millis(1), Happening::Asks(who, life));
        Ok(())
    }
}

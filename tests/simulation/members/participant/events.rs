//! Phases 3 to 7 at a participant of the simulation.

use std::collections::{BTreeSet, HashMap};

use super::super::course::changes;
use super::super::events::answers;
use super::super::intake::{CheckedEvent, Item};
use super::super::turn::{Context, Turn};
use super::{NUMBER, Participant};
use crate::model::Duration;
use crate::participant::confirmation::Read;
use crate::participant::submission::DomainNumber;
use crate::protocol::{EventPage, SequencedEvent};
use crate::simulation::moment::{Broken, Crashed, Effect, Moment};

impl Participant {
    /// Takes a page of events, in turns of some.
    pub(crate) fn read(&mut self, page: EventPage, moment: &mut Moment<'_>) -> Result<(), Crashed> {
        let events = self.history.take(page, &self.place.sequencer_key);
        let mut checked = Vec::new();
        for (event, point) in events.expect("the sequencer is honest") {
            self.trail.push(point);
            checked.extend(self.check(event));
        }
        while !checked.is_empty() {
            let count = 1 + moment.random.below(checked.len());
            let rest = checked.split_off(count);
            self.process(std::mem::replace(&mut checked, rest), moment)?;
        }
        Ok(())
    }

    fn check(&mut self, event: SequencedEvent) -> Option<CheckedEvent> {
        let (mut checked, check, envelopes) = self.intake.follow(event)?;
        let (items, delivered) = check.open(envelopes);
        checked.items = items;
        if let Some(delivered) = delivered {
            match check.read(&delivered, &self.engine, &BTreeSet::new()) {
                Read::Checked(request) => checked.items.push(Item::Request(request)),
                Read::NeedsPackages(packages) => panic!("all packages are there: {packages:?}"),
            }
        }
        Some(checked)
    }

    fn process(
        &mut self,
        events: Vec<CheckedEvent>,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        self.rotate(moment);
        let states = self.disk.states(self.course.used_contracts(&events));
        let mut accepted = self.disk.accepted_at(&changes(&events));
        if moment.is_broken(Broken::IgnoresChanges) {
            accepted = HashMap::new();
        }
        let mut turn = Turn::new(states, accepted);
        for mut event in events {
            if moment.is_broken(Broken::IgnoresChanges) {
                forget_changes(&mut event);
            }
            self.pass(&event, moment.now);
            let time = event.time;
            let mut context = Context {
                domain: &self.place.domain,
                number: NUMBER,
                participant: &self.disk.identity.participant,
                end: &mut self.end,
                in_flight: &mut self.in_flight,
            };
            let notices = self.course.take(event, &mut turn, &mut context);
            self.notice(time, notices, &mut turn, moment);
            if moment.is_broken(Broken::ForgetsLocks) {
                self.course.processor.forget_locks();
            }
        }
        self.write(Some(NUMBER), turn, moment)?;
        self.begin_step();
        if moment.random.happens(500) {
            self.end_step(moment)?;
        }
        Ok(())
    }

    /// Writes a turn, then does what may be done only after that.
    pub(super) fn write(
        &mut self,
        domain: Option<DomainNumber>,
        mut turn: Turn,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        if moment.is_broken(Broken::SendsBeforeItWrites) {
            self.act(&mut turn, moment);
        }
        if !turn.writes.is_empty() {
            self.keep(domain, &mut turn, moment)?;
        }
        self.act(&mut turn, moment);
        Ok(())
    }

    fn act(&mut self, turn: &mut Turn, moment: &mut Moment<'_>) {
        for appended in turn.appended.drain(..) {
            let entry = prost::Message::encode_to_vec(&appended.event).into();
            moment.effects.push(Effect::Tell(appended.offset, entry));
        }
        let responses = std::mem::take(&mut turn.responses);
        let topology = self.intake.follower.topology();
        if let Some(request) = answers(responses, topology, &self.outbox) {
            moment.send_all(self.outbox.sign_all(vec![request]));
        }
    }

    /// Writes a turn; one that is about the domain together with the position there.
    fn keep(
        &mut self,
        domain: Option<DomainNumber>,
        turn: &mut Turn,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        let position = domain.map(|number| {
            self.course.note_undecided(turn);
            let course = &self.course;
            let position = self.trail.position(course.resume(), course.processed);
            turn.writes.domain = Some(number);
            turn.writes.position = Some(position);
            position
        });
        if !(moment.is_out && moment.is_broken(Broken::IgnoresRefusals)) {
            moment.before_writing("participant before it writes a turn")?;
            self.disk.write(&turn.writes);
            moment.after_writing("participant after it wrote a turn")?;
        }
        if let Some(position) = position {
            self.trail.kept(&position);
            self.course.kept();
        }
        let compared = turn.writes.commitments.compared.drain(..);
        moment.effects.extend(compared.map(Effect::Compared));
        Ok(())
    }

    /// What is done now and then.
    pub(crate) fn checkpoint(&mut self, moment: &mut Moment<'_>) -> Result<(), Crashed> {
        let register = self.intake.follower.register();
        self.rotation.time_out(moment.now);
        let reckoning = &mut self.sharing.reckoning;
        let uncommitted = reckoning.wants_boundary(self.course.processed, moment.now, register);
        if uncommitted || self.course.needs_time(register, moment.now) {
            let tick = self.outbox.tick(moment.now.plus(Duration::from_secs(10)));
            moment.send_all(self.outbox.sign_all(vec![tick]));
        }
        if self.course.is_ahead() {
            self.keep(Some(NUMBER), &mut Turn::default(), moment)?;
        }
        self.rotate(moment);
        self.end_step(moment)
    }
}

fn forget_changes(event: &mut CheckedEvent) {
    for item in &mut event.items {
        if let Item::Request(request) = item {
            request.change = None;
        }
    }
}

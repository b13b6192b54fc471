//! The world: members, network, clocks and applications in one thread.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::applications::{Applications, State};
use super::checks::{Checker, Violation};
use super::commitments::Commitments;
use super::domain::Domain;
use super::moment::{Broken, Crashed, Effect, Moment};
use super::network::{Happening, Queue, Who};
use super::operators::Operators;
use super::random::Random;
use super::settings::Settings;
use crate::lf::engine::Engine;
use crate::model::{Duration, Party, Timestamp};
use crate::participant::sync::simulated::{Disk, Participant};
use crate::protocol::{MessageId, RequestId, SignedRequest};
use crate::sequencer_client::SendError;

/// A participant, up or down.
pub(crate) struct Host {
    pub state: Running,
    /// How far its clock is off.
    pub skew: Duration,
    /// Parties hosted here, and those among them for which it submits.
    pub parties: BTreeSet<Party>,
    pub submits_for: Vec<Party>,
}

/// Whether a participant runs.
pub(crate) enum Running {
    Up(Box<Participant>),
    Down(Box<Disk>),
    /// Between the two.
    Moving,
}

impl Host {
    pub(crate) fn disk(&self) -> &Disk {
        match &self.state {
            Running::Up(participant) => participant.disk(),
            Running::Down(disk) => disk,
            Running::Moving => panic!("a participant is neither up nor down"),
        }
    }

    pub(crate) fn up(&mut self) -> Option<&mut Participant> {
        match &mut self.state {
            Running::Up(participant) => Some(participant),
            Running::Down(_) | Running::Moving => None,
        }
    }
}

/// Everything.
pub(crate) struct World {
    pub settings: Settings,
    pub random: Random,
    pub now: Timestamp,
    pub queue: Queue,
    pub domain: Domain,
    pub hosts: Vec<Host>,
    pub engine: Engine,
    pub applications: Applications,
    pub operators: Operators,
    pub checker: Checker,
    pub commitments: Commitments,
    pub bank: Party,
    pub parties: Vec<Party>,
    /// A party with which nobody has anything to do until it has another host.
    pub newcomer: Party,
    /// Lives of members: what is meant for an earlier one is lost.
    pub lives: BTreeMap<Who, u64>,
    /// What each member sends until its fate is known.
    pub sending: BTreeMap<(Who, MessageId), (SignedRequest, Option<RequestId>)>,
    /// Until when a member's store does not work.
    pub outages: BTreeMap<Who, Timestamp>,
    /// No faults any more.
    pub is_calm: bool,
    pub trace: VecDeque<String>,
    pub statistics: BTreeMap<String, usize>,
}

impl World {
    pub(crate) fn note(&mut self, text: impl FnOnce() -> String) {
        if self.trace.len() >= self.settings.trace_max {
            self.trace.pop_front();
        }
        let at = self.now.micros() % 1_000_000_000;
        let (millis, micros) = (at / 1000, at % 1000);
        self.trace
            .push_back(format!("{millis:>6}.{micros:03} ms  {}", text()));
    }

    pub(crate) fn count(&mut self, what: &str) {
        *self.statistics.entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn life(&self, who: Who) -> u64 {
        self.lives.get(&who).copied().unwrap_or(0)
    }

    /// A member's clock.
    pub(crate) fn clock(&self, who: Who) -> Timestamp {
        match who {
            Who::Participant(index) => {
                let skew = self.hosts[index].skew;
                Timestamp::from_micros(self.now.micros() + skew.micros()).unwrap()
            }
            _ => self.now,
        }
    }

    pub(crate) fn after(&mut self, delay: Duration, happening: Happening) {
        self.queue.put(self.now.plus(delay), happening);
    }

    /// How long something is on its way; none if it is lost.
    pub(crate) fn transit(&mut self) -> Option<Duration> {
        if self.is_calm {
            return Some(self.random.between(1, 5));
        }
        if self.random.happens(self.settings.lost) {
            return None;
        }
        Some(if self.random.happens(self.settings.slow) {
            self.random.between(100, 9_000)
        } else {
            self.random.between(1, 30)
        })
    }

    /// Runs until nothing is left, or until a time.
    pub(crate) fn run(
        &mut self,
        until: Timestamp,
        is_done: fn(&Self) -> bool,
    ) -> Result<bool, Violation> {
        while let Some((time, happening)) = self.queue.take(until) {
            self.now = time;
            self.happen(happening)?;
            if is_done(self) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        match happening {
            Happening::Arrives(sending) => self.arrives(sending),
            Happening::Sequence => return self.sequence(),
            Happening::Learns(sending, outcome) => return self.learns(&sending, outcome),
            Happening::Resend(who, life, message_id) => self.resend(who, life, message_id),
            Happening::Asks(who, life) => self.asks(who, life),
            Happening::Shown(who, life, page) => return self.shown(who, life, page),
            Happening::Starts(who) => return self.starts(who),
            Happening::Fails(who) => self.crash(who, "at any time"),
            Happening::LosesItsStore(who, pause) => self.lose_store(who, pause),
            Happening::Checkpoint(who, life) => return self.checkpoint(who, life),
            Happening::Order(wanted) => self.order(wanted),
            Happening::Operate(number) => return self.operate(number),
            Happening::Act => self.act(),
            Happening::Submits(id) => self.submits(id),
            Happening::Interpreted(id, life, outcome) => {
                return self.interpreted(id, life, *outcome);
            }
            Happening::Again(wish) => self.attempt(wish),
        }
        Ok(())
    }

    /// Lets a member do something at this moment; what it did becomes happenings.
    pub(crate) fn with(
        &mut self,
        who: Who,
        work: impl FnOnce(&mut Self, &mut Moment<'_>) -> Result<(), Crashed>,
    ) -> Result<(), Violation> {
        self.domain.is_sequencer_out = self.is_out(Who::Sequencer);
        let mut random = self.random.clone();
        let mut moment = Moment {
            now: self.clock(who),
            random: &mut random,
            crash_per_mille: if self.is_calm { 0 } else { self.settings.crash },
            is_out: self.is_out(who),
            broken: self.settings.broken,
            effects: Vec::new(),
            crashed_at: None,
        };
        let outcome = work(self, &mut moment);
        let (effects, crashed_at) = (moment.effects, moment.crashed_at);
        self.random = random;
        for effect in effects {
            self.effect(who, effect)?;
        }
        if outcome.is_err() {
            self.crash(who, crashed_at.unwrap_or("somewhere"));
        }
        if let Who::Participant(index) = who {
            self.look(index)?;
        }
        Ok(())
    }

    fn effect(&mut self, who: Who, effect: Effect) -> Result<(), Violation> {
        match effect {
            Effect::Send(request) => self.send(who, request, None),
            Effect::SendVerdict(id, request) => self.send(who, request, Some(id)),
            Effect::Answer(id, answer) => {
                let is_taken = answer.is_ok();
                self.note(|| match &answer {
                    Ok(()) => format!("{id}: acknowledged"),
                    Err(refusal) => format!("{id}: refused, {}", refusal.id.as_str()),
                });
                if let Err(refusal) = &answer {
                    self.count(&format!("refused {}", refusal.id.as_str()));
                }
                self.answered(&id, is_taken);
            }
            Effect::Tell(offset, entry) => {
                let Who::Participant(index) = who else {
                    return Ok(());
                };
                self.checker.tell(index, offset, &entry)?;
            }
            Effect::Computed(computed, again) => {
                self.count("commitments computed");
                self.note(|| {
                    let shared = computed.shared.iter();
                    let shared: Vec<_> = shared
                        .map(|(with, it)| (with.to_string(), it.short()))
                        .collect();
                    format!("{who:?} shares in {}: {shared:?}", computed.period)
                });
                let own = self.member(who);
                self.commitments.compute(&own, computed, again)?;
            }
            Effect::Compared(compared) => {
                self.count("commitments compared");
                Commitments::compare(&compared)?;
            }
        }
        Ok(())
    }

    /// Looks at what a participant has written.
    fn look(&mut self, index: usize) -> Result<(), Violation> {
        let host = &self.hosts[index];
        let completed = self.checker.follow(index, host.disk(), &host.parties)?;
        for it in completed {
            let outcome = it.refused.unwrap_or_else(|| "accepted".to_owned());
            self.note(|| format!("{}: completed, {outcome}", it.submission));
            self.count(&outcome);
            self.completed(&it.submission, outcome == "accepted");
        }
        Ok(())
    }

    /// A member is gone.
    pub(crate) fn crash(&mut self, who: Who, place: &'static str) {
        if self.is_calm {
            return;
        }
        *self.lives.entry(who).or_default() += 1;
        self.sending.retain(|(sender, _), _| *sender != who);
        let was_up = match who {
            Who::Sequencer => self.domain.stop_sequencer(),
            Who::Manager => self.domain.manager.take().is_some(),
            Who::Mediator => self.domain.mediator.take().is_some(),
            Who::Participant(index) => {
                let host = &mut self.hosts[index];
                match std::mem::replace(&mut host.state, Running::Moving) {
                    Running::Up(participant) => {
                        host.state = Running::Down(Box::new(participant.into_disk()));
                        true
                    }
                    other => {
                        host.state = other;
                        false
                    }
                }
            }
        };
        if !was_up {
            return;
        }
        self.note(|| format!("{who:?} crashes: {place}"));
        self.count(place);
        if let Who::Participant(index) = who {
            self.disconnect(index);
        }
        if who == Who::Sequencer {
            for (who, life) in std::mem::take(&mut self.domain.waiting) {
                self.after(Duration::from_millis(50), Happening::Asks(who, life));
            }
        }
        let pause = if self.random.happens(100) {
            self.random.between(5_000, 25_000)
        } else {
            self.random.between(1, 2_000)
        };
        self.after(pause, Happening::Starts(who));
    }

    /// Applications of a participant that is gone have no answers.
    fn disconnect(&mut self, index: usize) {
        let attempts = self.applications.attempts.iter_mut();
        let open = attempts.filter(|(_, it)| it.participant == index && it.state == State::Open);
        let mut wishes = Vec::new();
        for (_, attempt) in open {
            attempt.state = State::Unknown;
            wishes.push(attempt.wish);
        }
        for wish in wishes {
            self.again(wish);
        }
    }

    fn lose_store(&mut self, who: Who, pause: Duration) {
        self.note(|| {
            format!(
                "the store of {who:?} does not work for {} ms",
                pause.micros() / 1000
            )
        });
        self.outages.insert(who, self.now.plus(pause));
    }

    /// Whether a member's store does not work now.
    pub(crate) fn is_out(&self, who: Who) -> bool {
        let until = self.outages.get(&who);
        !self.is_calm && until.is_some_and(|until| *until > self.now)
    }

    fn starts(&mut self, who: Who) -> Result<(), Violation> {
        if self.is_out(who) {
            self.count("a store cannot be read");
            let pause = self.random.between(50, 1_000);
            self.after(pause, Happening::Starts(who));
            return Ok(());
        }
        self.note(|| format!("{who:?} comes up"));
        match who {
            Who::Sequencer => {
                self.domain.start_sequencer(self.settings.recent_bytes_max);
                return Ok(());
            }
            Who::Manager => {
                self.domain.start_manager();
                self.with(who, |world, moment| {
                    world.domain.manager.as_mut().unwrap().send_next(moment);
                    world.domain.register(moment.now);
                    Ok(())
                })?;
            }
            Who::Mediator => self.domain.start_mediator(),
            Who::Participant(index) => {
                self.with(who, |world, moment| {
                    let host = &mut world.hosts[index];
                    match std::mem::replace(&mut host.state, Running::Moving) {
                        Running::Down(mut disk) => {
                            if moment.is_broken(Broken::LosesARow) {
                                disk.lose_a_row();
                            }
                            let place = &world.domain.place;
                            let it = Participant::load(*disk, place, &world.engine, moment);
                            host.state = Running::Up(Box::new(it));
                        }
                        other => host.state = other,
                    }
                    Ok(())
                })?;
            }
        }
        let life = self.life(who);
        self.after(Duration::from_millis(1), Happening::Asks(who, life));
        let pause = self.random.between(500, 1000);
        self.after(pause, Happening::Checkpoint(who, life));
        Ok(())
    }

    fn checkpoint(&mut self, who: Who, life: u64) -> Result<(), Violation> {
        if life != self.life(who) {
            return Ok(());
        }
        self.with(who, |world, moment| match who {
            Who::Sequencer => Ok(()),
            Who::Manager => {
                if let Some(manager) = &world.domain.manager {
                    manager.checkpoint(moment);
                }
                world.domain.register(moment.now);
                Ok(())
            }
            Who::Mediator => world.domain.checkpoint_mediator(moment),
            Who::Participant(index) => match world.hosts[index].up() {
                Some(participant) => participant.checkpoint(moment),
                None => Ok(()),
            },
        })?;
        let pause = self.random.between(500, 1000);
        let life = self.life(who);
        self.after(pause, Happening::Checkpoint(who, life));
        Ok(())
    }

    /// A member learns what became of a message.
    pub(crate) fn fate(
        &mut self,
        who: Who,
        message_id: MessageId,
        verdict_on: Option<RequestId>,
        outcome: Result<(), SendError>,
    ) -> Result<(), Violation> {
        self.with(who, |world, moment| match who {
            Who::Sequencer => Ok(()),
            Who::Manager => world.domain.manager_sent(message_id, moment),
            Who::Mediator => {
                if let (Some(mediator), Some(request)) = (&mut world.domain.mediator, verdict_on) {
                    mediator.sent(request);
                }
                Ok(())
            }
            Who::Participant(index) => match world.hosts[index].up() {
                Some(participant) => participant.sent(message_id, &outcome, moment),
                None => Ok(()),
            },
        })
    }

    /// Whether everybody is up and nothing is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        let participants = self.hosts.iter().all(|host| match &host.state {
            Running::Up(participant) => participant.is_idle() && participant.is_rotated(),
            Running::Down(_) | Running::Moving => false,
        });
        participants
            && self.domain.is_idle()
            && self.sending.is_empty()
            && !self.applications.is_waiting()
            && self.is_as_wanted()
    }
}

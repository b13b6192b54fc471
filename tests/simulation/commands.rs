//! Applications in the world: from an idea to its completion, over as many attempts as it takes.

use super::applications::{Idea, Outlook, State};
use super::checks::Violation;
use super::network::{Happening, Who};
use super::world::{Host, Running, World};
use crate::model::{Duration, SubmissionId};
use crate::participant::submission::DeduplicationPeriod;
use crate::participant::sync::simulated::Outcome;

/// Attempts at a wish at most.
const ATTEMPTS_MAX: usize = 4;

impl World {
    /// An application looks at a participant and does something.
    pub(crate) fn act(&mut self) {
        let index = self.random.below(self.hosts.len());
        let host = &self.hosts[index];
        if let Running::Up(participant) = &host.state {
            let active = participant.disk().active();
            let outlook = Outlook::new(&self.bank, &self.parties, &host.submits_for, active);
            if let Some(idea) = outlook.idea(&mut self.random) {
                self.begin(idea, index);
            }
        }
        if self.applications.wishes.len() < self.settings.wishes && !self.is_calm {
            let pause = self.random.between(1, 600);
            self.after(pause, Happening::Act);
        }
    }

    /// Begins with a wish, at times at two places at once.
    pub(crate) fn begin(&mut self, idea: Idea, index: usize) -> usize {
        let periods = self.periods();
        let wish = self.applications.wish(idea, periods);
        let it = &self.applications.wishes[wish];
        let (name, commands) = (it.name.clone(), format!("{:?}", it.commands));
        self.note(|| {
            let short: String = commands.chars().take(160).collect();
            format!("{name}: {short}")
        });
        self.attempt_at(wish, index);
        if !self.is_calm && self.random.happens(150) {
            self.attempt(wish);
        }
        wish
    }

    /// How an application asks each participant not to do again what is done after this moment.
    fn periods(&mut self) -> Vec<DeduplicationPeriod> {
        let kind = self.random.below(3);
        let hosts = self.hosts.iter();
        let period = |host: &Host| match kind {
            0 => DeduplicationPeriod::Maximum,
            1 => DeduplicationPeriod::Duration(Duration::from_secs(300)),
            _ => DeduplicationPeriod::Offset(host.disk().last_offset()),
        };
        hosts.map(period).collect()
    }

    /// Another attempt, at any host of all who act.
    pub(crate) fn attempt(&mut self, wish: usize) {
        let act_as = &self.applications.wishes[wish].act_as;
        let hosts = self.hosts.iter().enumerate();
        let able = hosts.filter(|(_, host)| act_as.iter().all(|it| host.submits_for.contains(it)));
        let able: Vec<usize> = able.map(|(index, _)| index).collect();
        if let Some(index) = self.random.one_of(&able).copied() {
            self.attempt_at(wish, index);
        }
    }

    fn attempt_at(&mut self, wish: usize, index: usize) {
        let id = self.applications.attempt(wish, index);
        let delay = self.random.between(1, 20);
        self.note(|| format!("{id}: to participant {index}"));
        self.after(delay, Happening::Submits(id));
    }

    pub(crate) fn submits(&mut self, id: SubmissionId) {
        let attempt = &self.applications.attempts[&id];
        let (index, wish) = (attempt.participant, attempt.wish);
        let now = self.clock(Who::Participant(index));
        let Running::Up(participant) = &self.hosts[index].state else {
            return self.answered(&id, false);
        };
        let wish = &self.applications.wishes[wish];
        let outcome = participant.interpret(&wish.act_as, &wish.commands, now);
        let life = self.life(Who::Participant(index));
        let pause = self.random.between(1, 20);
        self.after(pause, Happening::Interpreted(id, life, Box::new(outcome)));
    }

    pub(crate) fn interpreted(
        &mut self,
        id: SubmissionId,
        life: u64,
        outcome: Outcome,
    ) -> Result<(), Violation> {
        let who = Who::Participant(self.applications.attempts[&id].participant);
        if life != self.life(who) {
            return Ok(());
        }
        let submission = self.applications.submission(&id);
        self.with(who, |world, moment| {
            let Who::Participant(index) = who else {
                return Ok(());
            };
            match world.hosts[index].up() {
                Some(participant) => participant.submit(&submission, outcome, moment),
                None => Ok(()),
            }
        })
    }

    /// A participant has answered, or refuses connections.
    pub(crate) fn answered(&mut self, id: &SubmissionId, is_taken: bool) {
        let Some(attempt) = self.applications.attempts.get_mut(id) else {
            return;
        };
        if !matches!(attempt.state, State::Open) {
            return;
        }
        let wish = attempt.wish;
        if is_taken {
            attempt.state = State::Acknowledged;
        } else {
            attempt.state = State::Refused;
            self.again(wish);
        }
    }

    /// A completion was written.
    pub(crate) fn completed(&mut self, id: &SubmissionId, is_accepted: bool) {
        let Some(attempt) = self.applications.attempts.get_mut(id) else {
            return;
        };
        attempt.state = State::Completed;
        let wish = attempt.wish;
        // at times an application repeats what was accepted
        if !is_accepted || self.random.happens(100) {
            self.again(wish);
        }
    }

    /// Perhaps an application tries again.
    pub(crate) fn again(&mut self, wish: usize) {
        let attempts = self.applications.wishes[wish].attempts;
        if attempts < ATTEMPTS_MAX && !self.is_calm && self.random.happens(700) {
            let pause = self.random.between(1, 1500);
            self.after(pause, Happening::Again(wish));
        }
    }
}

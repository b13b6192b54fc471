//! ACS commitments at a participant of the simulation.

use std::collections::{BTreeMap, BTreeSet};

use super::super::course::Notice;
use super::super::intake::CheckedEvent;
use super::super::reckoning::{Closed, Done, Reckoning};
use super::super::turn::Turn;
use super::{Disk, Participant};
use crate::model::{Duration, Hash, ParticipantId, Timestamp};
use crate::participant::commitments::{CatchUp, LtHash, Step};
use crate::protocol::{MessageId, SharedDigest};
use crate::sequencer_client::SendError;
use crate::simulation::moment::{Broken, Crashed, Effect, Moment};
use crate::topology::State;

/// Who was away for some boundaries leaves some out.
const CATCH_UP: CatchUp = CatchUp {
    interval_skip: 2,
    intervals_to_trigger: 1,
};

/// What is shared on the domain, and the work that leads there.
#[derive(Debug)]
pub(super) struct Sharing {
    pub reckoning: Reckoning,
    /// What is worked on beside the loop.
    working: Option<Step>,
    /// The batches with the latest ones that are on their way.
    sending: BTreeSet<MessageId>,
}

impl Sharing {
    /// From what is kept.
    pub(super) fn load(disk: &Disk) -> Self {
        let own = disk.participant().clone();
        Self {
            reckoning: Reckoning::new(disk.commitments.book(), own, CATCH_UP),
            working: None,
            sending: BTreeSet::new(),
        }
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.working.is_none()
    }
}

impl Participant {
    /// Goes on from the position that is kept.
    pub(super) fn resume_commitments(&mut self) {
        let register = self.intake.follower.register();
        let position = self.course.processed;
        if self.sharing.reckoning.resume(position, register) {
            self.begin_step();
        }
    }

    /// Time comes to an event.
    pub(super) fn pass(&mut self, event: &CheckedEvent, now: Timestamp) {
        if self.course.is_new(event.time) {
            let span = (self.course.processed, event.time);
            let register = self.intake.follower.register();
            let reckoning = &mut self.sharing.reckoning;
            reckoning.pass(span, &event.effective, register, now);
        }
    }

    /// What an event has besides requests and verdicts, and what it changed.
    pub(super) fn notice(
        &mut self,
        time: Timestamp,
        notices: Vec<Notice>,
        turn: &mut Turn,
        moment: &Moment<'_>,
    ) {
        for notice in notices {
            match notice {
                Notice::Commitment(said) => {
                    let register = self.intake.follower.register();
                    let writes = &mut turn.writes.commitments;
                    let reckoning = &mut self.sharing.reckoning;
                    reckoning.hear(&said, time, register, writes);
                }
                Notice::Refused(refusal) => self.rotation.refused(refusal.id),
            }
        }
        let changes = turn.shared.drain(..);
        let skipped = usize::from(moment.is_broken(Broken::MissesSharedContracts));
        self.sharing.reckoning.change(changes.skip(skipped));
    }

    /// Begins what is to be done next. Everything up to the last event must be written.
    pub(super) fn begin_step(&mut self) {
        if self.sharing.working.is_none() {
            let register = self.intake.follower.register();
            let reckoning = &mut self.sharing.reckoning;
            self.sharing.working = reckoning.next(self.course.processed, register);
        }
    }

    /// The step that is worked on is done.
    pub(super) fn end_step(&mut self, moment: &mut Moment<'_>) -> Result<(), Crashed> {
        let Some(step) = self.sharing.working.take() else {
            return Ok(());
        };
        let own = self.disk.participant();
        let done = match step {
            Step::Fold {
                sums,
                changes,
                topology,
            } => Done::fold(sums, &changes, own, &topology),
            Step::Close { sums, closing } => Done::close(sums, &closing),
            Step::Scan(mut scan) => {
                for known in self.disk.known() {
                    scan.take(&known, own);
                }
                Done::scan(scan)
            }
        };
        if let Some(closed) = self.sharing.reckoning.done(done) {
            moment.before_writing("participant before it keeps commitments")?;
            self.disk.commitments.keep(&closed);
            moment.after_writing("participant after it kept commitments")?;
            self.tell(&closed, moment);
        }
        self.begin_step();
        Ok(())
    }

    fn tell(&mut self, closed: &Closed, moment: &mut Moment<'_>) {
        let computed = closed.computed.clone();
        let again = self.summed_anew(computed.period.to);
        moment.effects.push(Effect::Computed(computed, again));
        let compared = closed.compared.iter().cloned().map(Effect::Compared);
        moment.effects.extend(compared);
        self.send_commitments(moment);
    }

    fn send_commitments(&mut self, moment: &mut Moment<'_>) {
        self.sharing.sending.clear();
        let topology = self.intake.follower.topology();
        let deadline = moment.now.plus(Duration::from_secs(10));
        let reckoning = &self.sharing.reckoning;
        let Some(computed) = reckoning.book.latest() else {
            return;
        };
        for request in reckoning.messages(computed, topology, &self.outbox, deadline) {
            self.sharing.sending.insert(request.message_id);
            moment.send_all(self.outbox.sign_all(vec![request]));
        }
    }

    /// A batch's fate is known.
    pub(super) fn commitments_sent(
        &mut self,
        message_id: &MessageId,
        outcome: &Result<(), SendError>,
        moment: &mut Moment<'_>,
    ) {
        let is_latest = self.sharing.sending.remove(message_id);
        if is_latest && matches!(outcome, Err(SendError::TooLate)) {
            self.send_commitments(moment);
        }
    }

    /// What is shared at a time, from the contracts that are kept, one by one.
    fn summed_anew(&self, at: Timestamp) -> BTreeMap<ParticipantId, SharedDigest> {
        let register = self.intake.follower.register();
        let topology = register.at(at).unwrap_or(register.now());
        let own = self.disk.participant();
        let mut sums: BTreeMap<ParticipantId, (LtHash, u64)> = BTreeMap::new();
        for known in self.disk.known() {
            let is_active =
                known.activated_at <= at && known.archived_at.is_none_or(|archived| archived > at);
            let hosts: BTreeSet<&ParticipantId> = known
                .stakeholders
                .iter()
                .flat_map(|party| hosts(topology, party))
                .collect();
            if !is_active || !hosts.contains(own) {
                continue;
            }
            for other in hosts.into_iter().filter(|it| *it != own) {
                let (sum, contracts) = sums.entry(other.clone()).or_default();
                sum.add(&LtHash::of_contract(&known.contract, 0));
                *contracts += 1;
            }
        }
        let digests = sums.into_iter().map(|(other, (sum, contracts))| {
            let hash: Hash = sum.digest();
            (other, SharedDigest { hash, contracts })
        });
        digests.collect()
    }
}

fn hosts<'a>(
    topology: &'a State,
    party: &crate::model::Party,
) -> impl Iterator<Item = &'a ParticipantId> {
    let hosting = topology.hosting(party).into_iter();
    hosting.flat_map(|it| it.hosts.iter().map(|host| &host.participant))
}

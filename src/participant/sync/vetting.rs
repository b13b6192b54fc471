//! The packages that this participant is to vet or no longer vet: one change at a time, each on top of
//! what the one before has left.
//!
//! A change is checked beside the loop, submitted to the topology manager, and done when the state that
//! it leads to is in force.

use std::collections::{BTreeSet, VecDeque};

use super::administration::{ToSubmit, to_submit};
use super::identity::Identity;
use super::messages::Reply;
use crate::lf::signature::Signatures;
use crate::model::{PackageId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::packages::{VettingChange, VettingCheck, VettingState, VettingUpdate};
use crate::protocol::MessageId;
use crate::topology::{Mapping, State, Vetted};

/// Changes that wait at once. Each takes a round trip to the domain, and nobody waits for long.
const WAITING_MAX: usize = 64;

/// Changes on their way.
#[derive(Debug, Default)]
pub(super) struct Vetting {
    /// The first is the one at work.
    waiting: VecDeque<Pending>,
    stage: Stage,
    /// How many checks were begun.
    checks: u64,
}

/// A change that somebody waits for.
#[derive(Debug)]
pub(super) struct Pending {
    pub change: VettingChange,
    /// Packages that the engine may lack.
    pub fresh: Signatures,
    pub deadline: Timestamp,
    pub reply: VettingReply,
}

/// Who is told.
#[derive(Debug)]
pub(super) enum VettingReply {
    /// Somebody who wants to know that it is done.
    Done(Reply<()>),
    /// Somebody who wants to know what it did.
    Update(Reply<VettingUpdate>),
}

/// How far the first change is.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    Idle,
    Checking {
        number: u64,
        step: Step,
    },
    Sent {
        submission: MessageId,
        step: Step,
    },
}

/// From one state to another.
#[derive(Debug)]
struct Step {
    past: Option<VettingState>,
    next: Vetted,
}

/// What is to be checked beside the loop.
#[derive(Debug)]
pub(super) struct ToCheck {
    pub number: u64,
    pub check: VettingCheck,
}

/// What came of a check.
#[derive(Debug)]
pub(super) struct VettingChecked {
    pub number: u64,
    pub outcome: Result<(), Refusal>,
}

impl VettingReply {
    pub(super) fn send(self, outcome: Result<VettingUpdate, Refusal>) {
        match self {
            Self::Done(reply) => drop(reply.send(outcome.map(|_| ()))),
            Self::Update(reply) => drop(reply.send(outcome)),
        }
    }
}

impl Vetting {
    /// A change is wanted.
    pub(super) fn push(&mut self, pending: Pending) {
        if self.waiting.len() < WAITING_MAX {
            self.waiting.push_back(pending);
        } else {
            pending.reply.send(Err(Refusal::new(
                ErrorId::ParticipantBackpressure,
                "The participant is overloaded. Please back off before submitting again.",
            )));
        }
    }

    /// Finishes what is in force, and begins with the next change.
    pub(super) fn advance(&mut self, identity: &Identity, topology: &State) -> Option<ToCheck> {
        let present = VettingState::of(&identity.participant, topology);
        match std::mem::take(&mut self.stage) {
            Stage::Idle => {}
            Stage::Sent { step, .. }
                if present.as_ref().map(|it| &it.packages) == Some(&step.next) =>
            {
                let past = step.past;
                self.finish(Ok(VettingUpdate { past, present }));
            }
            busy => {
                self.stage = busy;
                return None;
            }
        }
        while let Some(first) = self.waiting.front() {
            let past = VettingState::of(&identity.participant, topology);
            match first.change.apply(past.as_ref()) {
                Err(refusal) => self.finish(Err(refusal)),
                Ok(next) if past.as_ref().is_some_and(|it| it.packages == next) => {
                    let present = past.clone();
                    self.finish(Ok(VettingUpdate { past, present }));
                }
                Ok(next) => return self.begin(Step { past, next }),
            }
        }
        None
    }

    fn begin(&mut self, step: Step) -> Option<ToCheck> {
        let first = self.waiting.front()?;
        let past = step.past.iter().flat_map(|past| past.packages.keys());
        let past: BTreeSet<PackageId> = past.cloned().collect();
        let target: BTreeSet<PackageId> = step.next.keys().cloned().collect();
        self.checks += 1;
        let to_check = ToCheck {
            number: self.checks,
            check: VettingCheck {
                added: target.difference(&past).cloned().collect(),
                removed: past.difference(&target).cloned().collect(),
                target,
                fresh: first.fresh.clone(),
                compare: !first.change.allow_incompatible,
                needs_dependencies: !first.change.allow_unvetted_dependencies,
            },
        };
        let number = to_check.number;
        self.stage = Stage::Checking { number, step };
        Some(to_check)
    }

    /// A change was checked; it is submitted if it may be made.
    pub(super) fn checked(
        &mut self,
        checked: VettingChecked,
        identity: &Identity,
        topology: &State,
    ) -> Option<ToSubmit> {
        let step = match std::mem::take(&mut self.stage) {
            Stage::Checking { number, step } if number == checked.number => step,
            // of a change that was given up
            other => {
                self.stage = other;
                return None;
            }
        };
        if let Err(refusal) = checked.outcome {
            self.finish(Err(refusal));
            return None;
        }
        if VettingState::of(&identity.participant, topology) != step.past {
            // somebody else changed it meanwhile: checked anew on top of what is in force now
            return None;
        }
        let first = self.waiting.front()?;
        if first.change.dry_run {
            let serial = step.past.as_ref().map_or(1, |past| past.serial + 1);
            let present = Some(VettingState {
                packages: step.next,
                serial,
            });
            let past = step.past;
            self.finish(Ok(VettingUpdate { past, present }));
            return None;
        }
        let mapping = Mapping::VettedPackages {
            participant: identity.participant.clone(),
            packages: step.next.clone(),
        };
        let to_submit = to_submit(mapping, identity, topology);
        self.stage = Stage::Sent {
            submission: to_submit.id,
            step,
        };
        Some(to_submit)
    }

    /// The topology manager did not publish a submission. If it was one of these, somebody else
    /// changed the state meanwhile, and the change is made anew.
    pub(super) fn refused(&mut self, id: MessageId) {
        if matches!(&self.stage, Stage::Sent { submission, .. } if *submission == id) {
            self.stage = Stage::Idle;
        }
    }

    /// Gives up what has waited too long.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        if self.waiting.front().is_some_and(|it| it.deadline < now) {
            self.stage = Stage::Idle;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let (late, waiting) = waiting.into_iter().partition(|it| it.deadline < now);
        self.waiting = waiting;
        let late: VecDeque<Pending> = late;
        for pending in late {
            pending.reply.send(Err(Refusal::new(
                ErrorId::RequestTimeOut,
                "the vetting of the packages was not published in time; it may still be",
            )));
        }
    }

    fn finish(&mut self, outcome: Result<VettingUpdate, Refusal>) {
        self.stage = Stage::Idle;
        if let Some(first) = self.waiting.pop_front() {
            first.reply.send(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::participant::packages::ExpectedSerial;
    use crate::topology::{SignedTransaction, Validity};

    /// What somebody waits for.
    type Answer = oneshot::Receiver<Result<VettingUpdate, Refusal>>;

    /// A participant with its domain, which publishes only when told to.
    struct World {
        identity: Identity,
        topology: State,
        vetting: Vetting,
    }

    impl World {
        fn new() -> Self {
            Self {
                identity: Identity::generate("p").unwrap(),
                topology: State::new(),
                vetting: Vetting::default(),
            }
        }

        fn ask(&mut self, change: VettingChange) -> Answer {
            let (reply, answer) = oneshot::channel();
            self.vetting.push(Pending {
                change,
                fresh: Signatures::default(),
                deadline: at(100),
                reply: VettingReply::Update(reply),
            });
            answer
        }

        fn advance(&mut self) -> Option<ToCheck> {
            self.vetting.advance(&self.identity, &self.topology)
        }

        fn checked(&mut self, number: u64, outcome: Result<(), Refusal>) -> Option<ToSubmit> {
            let checked = VettingChecked { number, outcome };
            self.vetting
                .checked(checked, &self.identity, &self.topology)
        }

        /// Checks what is next, and finds nothing wrong with it.
        fn approve(&mut self) -> Option<ToSubmit> {
            let to_check = self.advance().expect("something to check");
            self.checked(to_check.number, Ok(()))
        }

        fn publish(&mut self, submitted: &ToSubmit) {
            let bytes = submitted.transactions[0].clone();
            let signed = SignedTransaction::decode(bytes).unwrap();
            self.topology.apply(&signed).unwrap();
        }
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros).unwrap()
    }

    fn id(text: &str) -> PackageId {
        PackageId::parse(text).unwrap()
    }

    fn vet(packages: &[&str]) -> VettingChange {
        VettingChange::vet_all(&packages.iter().map(|it| id(it)).collect())
    }

    fn unvet(package: &str) -> VettingChange {
        VettingChange {
            targets: [(id(package), None)].into(),
            ..VettingChange::default()
        }
    }

    /// Ids and serial of a state that somebody was told.
    fn told(state: Option<VettingState>) -> Option<(Vec<String>, u32)> {
        let ids = |state: &VettingState| state.packages.keys().map(ToString::to_string).collect();
        state.map(|state| (ids(&state), state.serial))
    }

    #[test]
    fn each_change_builds_on_what_the_one_before_has_left() {
        let mut world = World::new();
        let mut first = world.ask(vet(&["a", "b"]));
        let mut second = world.ask(unvet("a"));
        let to_check = world.advance().unwrap();
        assert_eq!(to_check.check.added, [id("a"), id("b")].into());
        assert!(world.advance().is_none(), "one at a time");
        let submitted = world.checked(to_check.number, Ok(())).unwrap();
        assert!(world.advance().is_none() && first.try_recv().is_err());
        world.publish(&submitted);

        let to_check = world.advance().unwrap();
        let update = first.try_recv().unwrap().unwrap();
        assert_eq!(told(update.past), None);
        assert_eq!(
            told(update.present),
            Some((vec!["a".into(), "b".into()], 1))
        );
        assert_eq!(
            (to_check.check.added, to_check.check.target),
            ([].into(), [id("b")].into())
        );
        let submitted = world.checked(to_check.number, Ok(())).unwrap();
        world.publish(&submitted);
        assert!(world.advance().is_none());
        let update = second.try_recv().unwrap().unwrap();
        assert_eq!(told(update.past), Some((vec!["a".into(), "b".into()], 1)));
        assert_eq!(told(update.present), Some((vec!["b".into()], 2)));
        // unvetted packages can be vetted again
        let mut third = world.ask(vet(&["a"]));
        let submitted = world.approve().unwrap();
        world.publish(&submitted);
        world.advance();
        let update = third.try_recv().unwrap().unwrap();
        assert_eq!(
            told(update.present),
            Some((vec!["a".into(), "b".into()], 3))
        );
    }

    #[test]
    fn what_changes_nothing_and_what_builds_on_something_else_is_answered_at_once() {
        let mut world = World::new();
        let _first = world.ask(vet(&["a"]));
        let submitted = world.approve().unwrap();
        world.publish(&submitted);
        let mut same = world.ask(vet(&["a"]));
        let mut stale = world.ask(VettingChange {
            expected: ExpectedSerial::NoPrior,
            ..vet(&["b"])
        });
        assert!(world.advance().is_none());
        let update = same.try_recv().unwrap().unwrap();
        assert_eq!(update.past, update.present);
        let refusal = stale.try_recv().unwrap().unwrap_err();
        assert_eq!(refusal.id, ErrorId::TopologySerialMismatch);
    }

    #[test]
    fn a_dry_run_tells_what_would_come_out_and_changes_nothing() {
        let mut world = World::new();
        let dry = |change| VettingChange {
            dry_run: true,
            ..change
        };
        let mut answer = world.ask(dry(vet(&["a"])));
        assert!(world.approve().is_none());
        let update = answer.try_recv().unwrap().unwrap();
        assert_eq!(told(update.present), Some((vec!["a".into()], 1)));
        assert_eq!(world.topology.vetted(&world.identity.participant), None);
        let mut refused = world.ask(dry(vet(&["a"])));
        let number = world.advance().unwrap().number;
        let refusal = Refusal::new(ErrorId::NotValidUpgradePackage, "no");
        assert!(world.checked(number, Err(refusal.clone())).is_none());
        assert_eq!(refused.try_recv().unwrap(), Err(refusal));
    }

    #[test]
    fn a_change_that_lost_a_race_is_checked_anew_on_what_is_in_force() {
        let mut world = World::new();
        let mut answer = world.ask(vet(&["a"]));
        let submitted = world.approve().unwrap();
        // another process of the same participant was faster
        let mapping = Mapping::VettedPackages {
            participant: world.identity.participant.clone(),
            packages: [(id("z"), Validity::ALWAYS)].into(),
        };
        let other = to_submit(mapping, &world.identity, &world.topology);
        world.publish(&other);
        world.vetting.refused(other.id);
        assert!(world.advance().is_none(), "that was of somebody else");
        world.vetting.refused(submitted.id);
        let submitted = world.approve().unwrap();
        world.publish(&submitted);
        world.advance();
        let update = answer.try_recv().unwrap().unwrap();
        assert_eq!(
            told(update.present),
            Some((vec!["a".into(), "z".into()], 2))
        );
    }

    #[test]
    fn what_waits_too_long_is_given_up_and_does_not_hold_up_the_next() {
        let mut world = World::new();
        let mut late = world.ask(vet(&["a"]));
        let number = world.advance().unwrap().number;
        world.vetting.time_out(at(101));
        assert_eq!(
            late.try_recv().unwrap().unwrap_err().id,
            ErrorId::RequestTimeOut
        );
        let mut next = world.ask(vet(&["b"]));
        // the check of the one that was given up comes back too late
        let to_check = world.advance().unwrap();
        assert!(world.checked(number, Ok(())).is_none());
        let submitted = world.checked(to_check.number, Ok(())).unwrap();
        world.publish(&submitted);
        world.advance();
        assert!(next.try_recv().unwrap().is_ok());
    }

    #[test]
    fn more_changes_than_may_wait_are_told_to_come_again() {
        let mut world = World::new();
        let mut waiting: Vec<Answer> = (0..WAITING_MAX).map(|_| world.ask(vet(&["a"]))).collect();
        let refusal = world.ask(vet(&["a"])).try_recv().unwrap().unwrap_err();
        assert_eq!(refusal.id, ErrorId::ParticipantBackpressure);
        assert!(waiting.iter_mut().all(|it| it.try_recv().is_err()));
    }
}

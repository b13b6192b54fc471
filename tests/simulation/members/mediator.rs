//! The mediator in the simulation: the production core and what the shell does around it.

#![allow(clippy::unwrap_used)]

use super::core::Core;
use super::duty::Duty;
use super::replays::{Replays, UsedUuid};
use crate::crypto::SigningKey;
use crate::model::{Duration, MemberId, MemberKind, Timestamp};
use crate::protocol::{EventPage, Follower, RequestId, SignedRequest};
use crate::sequencer_client::Position;
use crate::sequencer_client::history::History;
use crate::sequencer_client::trail::Trail;
use crate::simulation::moment::{Broken, Crashed, Effect, Moment};
use crate::simulation::place::Place;
use crate::topology::{Mapping, MemberKeys, PublishedTransaction, SignedTransaction, Transaction};

/// What survives.
#[derive(Debug)]
pub(crate) struct Disk {
    key: SigningKey,
    position: Position,
    topology: Vec<PublishedTransaction>,
    used: Vec<UsedUuid>,
}

impl Disk {
    pub(crate) fn new() -> Self {
        Self {
            key: SigningKey::generate(),
            position: Position::START,
            topology: Vec::new(),
            used: Vec::new(),
        }
    }

    pub(crate) fn member(place: &Place) -> MemberId {
        place.topology_manager.sibling(MemberKind::Mediator)
    }

    /// What it says when it joins.
    pub(crate) fn introduction(&self, place: &Place) -> Vec<SignedTransaction> {
        let mapping = Mapping::OwnerToKey {
            member: Self::member(place),
            keys: MemberKeys::signing(self.key.public()),
        };
        vec![Transaction::first(mapping).sign(&[&self.key])]
    }
}

/// A mediator that is up.
#[derive(Debug)]
pub(crate) struct Mediator {
    duty: Duty,
    history: History,
    trail: Trail,
    place: Place,
}

impl Mediator {
    pub(crate) fn load(disk: &Disk, place: &Place) -> Self {
        let mut follower = Follower::new(place.domain.clone(), place.topology_manager.clone());
        for published in &disk.topology {
            follower.restore(published).unwrap();
        }
        let member = Disk::member(place);
        let position = disk.position;
        follower.advance(position.resume.time);
        let complete = position.completed(&place.domain, &member);
        Self {
            duty: Duty {
                core: Core::new(
                    follower,
                    member.clone(),
                    Replays::restore(disk.used.clone()),
                ),
                domain: place.domain.clone(),
                member: member.clone(),
                key: disk.key.clone(),
                processed: position.resume.time,
                kept: position.resume.time,
                topology: Vec::new(),
                used: Vec::new(),
                unsent: std::collections::BTreeSet::new(),
            },
            history: History::new(place.domain.clone(), member, &complete),
            trail: Trail::new(&complete),
            place: place.clone(),
        }
    }

    pub(crate) const fn reads_after(&self) -> Timestamp {
        self.history.at()
    }

    pub(crate) fn read(&mut self, page: EventPage, moment: &mut Moment<'_>) -> Result<(), Crashed> {
        let events = self.history.take(page, &self.place.sequencer_key);
        for (event, point) in events.expect("the sequencer is honest") {
            self.trail.push(point);
            for (request, signed) in self.duty.process([event]) {
                moment.effects.push(Effect::SendVerdict(request, signed));
            }
            moment.may_crash("mediator between events")?;
        }
        Ok(())
    }

    pub(crate) fn sent(&mut self, request: RequestId) {
        self.duty.sent(request);
    }

    pub(crate) fn checkpoint(
        &mut self,
        disk: &mut Disk,
        moment: &mut Moment<'_>,
    ) -> Result<(), Crashed> {
        if let Some(tick) = self.duty.tick(moment.now, Duration::from_millis(100)) {
            moment.send(SignedRequest::seal(
                tick,
                &self.place.domain,
                &self.duty.key,
            ));
        }
        let mut done = self.duty.done();
        if moment.is_broken(Broken::MediatorSkips) {
            done = Some(self.duty.processed);
        }
        let Some(done) = done else {
            return Ok(());
        };
        let position = self.trail.position(done, self.duty.processed);
        moment.before_writing("mediator before its position is kept")?;
        disk.position = position;
        disk.topology.extend_from_slice(self.duty.published(done));
        disk.used.extend_from_slice(self.duty.used(done));
        moment.after_writing("mediator after its position is kept")?;
        self.duty.kept(done);
        self.trail.kept(&position);
        Ok(())
    }

    /// Whether a request is without a verdict.
    pub(crate) fn is_idle(&self) -> bool {
        self.duty.core.oldest_undecided().is_none() && self.duty.unsent.is_empty()
    }
}

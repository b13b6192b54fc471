//! A participant in the simulation: the production parts of `sync` and what the shell does around them.

#![allow(clippy::unwrap_used)]

mod commitments;
mod disk;
mod events;
mod kept_commitments;
mod nowhere;
mod statements;
mod submissions;

use std::collections::BTreeMap;
use std::sync::Arc;

use commitments::Sharing;
pub(crate) use disk::Disk;
use nowhere::Nowhere;
pub(crate) use submissions::Outcome;

use super::connection::{follower, read_from};
use super::course::Course;
use super::intake::{Intake, ViewKeys};
use super::outbox::Outbox;
use super::register::InFlight;
use super::rotation::Rotation;
use super::turn::{Context, LogEnd};
use crate::lf::engine::Engine;
use crate::model::Timestamp;
use crate::participant::submission::DomainNumber;
use crate::protocol::GoodSignatures;
use crate::sequencer_client::DomainInfo;
use crate::sequencer_client::history::History;
use crate::sequencer_client::trail::Trail;
use crate::simulation::moment::{Broken, Moment};
use crate::simulation::place::Place;
use crate::topology::State;

/// The domain, as it is counted.
const NUMBER: DomainNumber = DomainNumber(1);

/// A participant that is up.
pub(crate) struct Participant {
    engine: Engine,
    place: Place,
    history: History,
    trail: Trail,
    intake: Intake,
    course: Course,
    in_flight: InFlight,
    outbox: Outbox,
    sharing: Sharing,
    rotation: Rotation,
    end: LogEnd,
    disk: Disk,
}

impl Participant {
    /// Comes up from what is kept; sends again what was registered.
    pub(crate) fn load(
        disk: Disk,
        place: &Place,
        engine: &Engine,
        moment: &mut Moment<'_>,
    ) -> Self {
        let info = DomainInfo {
            id: place.domain.clone(),
            topology_manager: place.topology_manager.clone(),
        };
        let follower = follower(&info, &disk.topology, disk.position.seen.time).unwrap();
        let member = disk.identity.member();
        let key = disk.identity.signing_key_in(follower.topology()).clone();
        let domain = place.domain.clone();
        let mut outbox = Outbox::new(
            Arc::new(Nowhere),
            domain.clone(),
            member.clone(),
            key,
            GoodSignatures::default(),
        );
        let mut undecided = disk.undecided.clone();
        if moment.is_broken(Broken::ForgetsUndecided) {
            undecided = BTreeMap::new();
        }
        let mut in_flight = InFlight::default();
        for (message_id, submitted, request) in disk.in_flight() {
            in_flight.insert(message_id, submitted);
            if !moment.is_broken(Broken::ForgetsToSend) {
                moment.send(outbox.sign_again(request));
            }
        }
        let position = read_from(disk.position, &undecided).completed(&domain, &member);
        let mut participant = Self {
            engine: engine.clone(),
            place: place.clone(),
            history: History::new(domain, member, &position),
            trail: Trail::new(&position),
            intake: Intake {
                follower,
                participant: disk.identity.participant.clone(),
                keys: Arc::new(ViewKeys::new(disk.identity.decryption_keys())),
                kept: disk.position.seen.time,
                undecided: undecided.clone(),
            },
            course: Course::new(disk.position.seen.time, undecided),
            in_flight,
            outbox,
            sharing: Sharing::load(&disk),
            rotation: Rotation::default(),
            end: LogEnd {
                offset: disk.last_offset(),
                times: disk.times.iter().copied().collect(),
            },
            disk,
        };
        participant.resume_commitments();
        participant
    }

    /// What is left of it when it is gone.
    pub(crate) fn into_disk(self) -> Disk {
        self.disk
    }

    pub(crate) const fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn topology(&self) -> &State {
        self.intake.follower.topology()
    }

    pub(crate) const fn reads_after(&self) -> Timestamp {
        self.history.at()
    }

    /// Nothing is on its way, nothing locked, and everything that was published in force.
    pub(crate) fn is_idle(&self) -> bool {
        self.intake.follower.register().last_change().is_none()
            && self.disk.is_idle()
            && self.course.processor.is_idle()
            && self.in_flight.len() == 0
            && self.sharing.is_idle()
    }

    fn context(&mut self) -> Context<'_> {
        Context {
            domain: &self.place.domain,
            number: NUMBER,
            participant: &self.disk.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        }
    }
}

//! One domain to which this participant is connected: where it stands there, and what is on its way.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::stream::FuturesOrdered;
use futures_util::{FutureExt, StreamExt};

use super::actor::{SyncRole, TURN_MAX};
use super::administration::{Administration, ToSubmit};
use super::commitments::Commitments;
use super::course::Course;
use super::hosting::HostingChanges;
use super::identity::Identity;
use super::intake::{CheckedEvent, Checking, Intake, ViewKeys};
use super::outbox::{Outbox, Sent};
use super::processor::Decision;
use super::reckoning::Done;
use super::rotation::Rotation;
use super::store::{RestoredDomain, Store};
use super::turn::Turn;
use super::vetting::Vetting;
use crate::model::{Duration, MemberKind, ProtocolVersion, Timestamp};
use crate::participant::packages::Packages;
use crate::participant::submission::{Candidate, ConnectedDomain, DomainNumber};
use crate::protocol::{Follower, Message, RequestId, SubmissionRequest, TopologySubmission};
use crate::runtime::compute::ComputePool;
use crate::runtime::health::Reporter;
use crate::sequencer_client::{
    DomainInfo, Position, SequencerPort, Subscription, SubscriptionSettings,
};
use crate::storage;
use crate::topology::{Proposal, PublishedTransaction, State};

/// Everything about one domain that the loop works on.
pub(super) struct Connection {
    pub alias: String,
    pub priority: i32,
    pub number: DomainNumber,
    pub info: DomainInfo,
    pub subscription: Subscription,
    pub intake: Intake,
    pub course: Course,
    pub outbox: Outbox,
    pub administration: Administration,
    pub hosting: HostingChanges,
    pub vetting: Vetting,
    pub rotation: Rotation,
    pub commitments: Commitments,
    packages: Packages,
    compute: ComputePool,
    checking: FuturesOrdered<Checking>,
}

/// How a domain is reached, once it is known which it is.
pub(super) struct Reached {
    pub alias: String,
    pub priority: i32,
    pub info: DomainInfo,
    pub sequencer: Arc<dyn SequencerPort>,
    pub health: Reporter,
}

/// What a domain has for the loop.
pub(super) enum Work {
    /// Events that were checked, in their order.
    Events(Vec<CheckedEvent>),
    /// What became of a message.
    Sent(Sent),
    /// A step towards commitments.
    Committed(Done),
    /// Nothing more comes from there, for a reason.
    Lost(String),
}

impl Connection {
    /// Goes on where this participant stands on a domain.
    pub(super) fn open(
        reached: Reached,
        restored: RestoredDomain,
        role: &SyncRole,
        identity: &Identity,
        store: &Arc<Store>,
    ) -> Result<Self, storage::Error> {
        let info = reached.info;
        let position = restored.position.seen.time;
        let follower = follower(&info, &restored.topology, position)?;
        let mut commitments = Commitments::new(
            restored.commitments,
            (restored.number, identity.participant.clone()),
            store,
            &role.config,
            (&role.compute, &role.clock),
        );
        commitments.resume(position, follower.register());
        let key = identity.signing_key_in(follower.topology()).clone();
        let mut outbox = Outbox::new(
            Arc::clone(&reached.sequencer),
            info.id.clone(),
            identity.member(),
            key.clone(),
            follower.good_signatures().clone(),
        );
        // some may never have left; what was sequenced is not sequenced again
        for request in restored.requests {
            let request = SubmissionRequest::decode(request).map_err(storage::Error::corrupt)?;
            outbox.resume(request);
        }
        Ok(Self {
            alias: reached.alias,
            priority: reached.priority,
            number: restored.number,
            subscription: Subscription::start(SubscriptionSettings {
                sequencer: reached.sequencer,
                domain: info.id.clone(),
                sequencer_id: info.topology_manager.sibling(MemberKind::Sequencer),
                member: identity.member(),
                key,
                position: read_from(restored.position, &restored.undecided),
                health: reached.health,
            }),
            course: Course::new(restored.position.seen.time, restored.undecided.clone()),
            intake: Intake {
                follower,
                participant: identity.participant.clone(),
                keys: Arc::new(ViewKeys::new(identity.decryption_keys())),
                kept: position,
                undecided: restored.undecided,
            },
            outbox,
            administration: Administration::default(),
            hosting: HostingChanges::default(),
            vetting: Vetting::default(),
            rotation: Rotation::default(),
            commitments,
            packages: role.packages.clone(),
            compute: role.compute.clone(),
            checking: FuturesOrdered::new(),
            info,
        })
    }

    /// What this domain has next. Cancelling loses nothing.
    pub(super) async fn next(&mut self) -> Result<Work, storage::Error> {
        loop {
            tokio::select! {
                events = self.subscription.next(), if self.checking.len() < TURN_MAX => {
                    let events = match events {
                        Ok(events) => events,
                        Err(error) => return Ok(Work::Lost(error.to_string())),
                    };
                    for event in events {
                        let checking = self.intake.take(event, &self.packages, &self.compute);
                        self.checking.extend(checking);
                    }
                    if let Some(reason) = self.unknown_rules() {
                        return Ok(Work::Lost(reason));
                    }
                }
                Some(first) = self.checking.next() => {
                    let mut events = vec![first?];
                    while events.len() < TURN_MAX
                        && let Some(Some(event)) = self.checking.next().now_or_never()
                    {
                        events.push(event?);
                    }
                    return Ok(Work::Events(events));
                }
                sent = self.outbox.next() => return Ok(Work::Sent(sent)),
                done = self.commitments.next() => return Ok(Work::Committed(done?)),
            }
        }
    }

    /// Why this participant cannot follow the domain.
    fn unknown_rules(&self) -> Option<String> {
        let version = self.topology().parameters().protocol_version?;
        ProtocolVersion::of(version).is_none().then(|| {
            format!(
                "the domain has protocol version {version}, which this participant does not know"
            )
        })
    }

    /// Who is who, as far as events were taken.
    pub(super) fn topology(&self) -> &State {
        self.intake.follower.topology()
    }

    /// What waits for signatures.
    pub(super) fn proposals(&self) -> Vec<Proposal> {
        self.intake
            .follower
            .register()
            .proposals()
            .cloned()
            .collect()
    }

    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            number: self.number,
            id: self.info.id.clone(),
            topology: self.topology().clone(),
        }
    }

    pub(super) fn connected(&self) -> ConnectedDomain {
        ConnectedDomain {
            alias: self.alias.clone(),
            id: self.info.id.clone(),
        }
    }

    /// Gives up what has waited too long, and asks for the time if something is due.
    pub(super) fn checkpoint(&mut self, now: Timestamp, sequencing_timeout: Duration) {
        self.administration.time_out(now);
        self.hosting.time_out(now);
        self.vetting.time_out(now);
        self.rotation.time_out(now);
        let register = self.intake.follower.register();
        let uncommitted = self
            .commitments
            .wants_boundary(self.course.processed, now, register);
        if uncommitted || self.course.needs_time(register, now) {
            let tick = self.outbox.tick(now.plus(sequencing_timeout));
            self.outbox.send(tick);
        }
    }

    /// Adds to a turn where this participant stands on the domain.
    pub(super) fn note_position(&mut self, turn: &mut Turn) -> Position {
        self.course.note_undecided(turn);
        let course = &self.course;
        let position = self
            .subscription
            .position(course.resume(), course.processed);
        turn.writes.domain = Some(self.number);
        turn.writes.position = Some(position);
        position
    }

    /// That position is durable.
    pub(super) fn position_kept(&mut self, position: &Position) {
        self.subscription.kept(position);
        self.course.kept();
    }

    pub(super) fn submit_topology(&mut self, to_submit: Option<ToSubmit>, deadline: Timestamp) {
        let Some(ToSubmit { id, transactions }) = to_submit else {
            return;
        };
        let message = Message::TopologySubmission(TopologySubmission { id, transactions });
        let envelope = self
            .outbox
            .envelope(&message, vec![self.info.topology_manager.clone()]);
        let request = self.outbox.request(id, vec![envelope], deadline);
        self.outbox.send(request);
    }
}

/// Who is who, as it was published up to the position.
pub(super) fn follower(
    info: &DomainInfo,
    topology: &[PublishedTransaction],
    position: Timestamp,
) -> Result<Follower, storage::Error> {
    let mut follower = Follower::new(info.id.clone(), info.topology_manager.clone());
    for published in topology {
        follower
            .restore(published)
            .map_err(storage::Error::corrupt)?;
    }
    // what has come into force up to there was told before
    follower.advance(position);
    Ok(follower)
}

/// Requests without a verdict are read again, so reading starts before the first of them. Where that
/// is was not always kept.
pub(super) fn read_from(position: Position, undecided: &BTreeMap<RequestId, Decision>) -> Position {
    let first = undecided.keys().next();
    match first.map(|first| first.0.minus(Duration::from_micros(1))) {
        Some(before) if before < position.resume.time => Position {
            resume: Position::known(before, None),
            seen: position.seen,
        },
        Some(_) | None => position,
    }
}

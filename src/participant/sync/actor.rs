//! Sync's shell: one loop in which everything that must have an order gets it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{FuturesOrdered, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};

use super::administration::Administration;
use super::config::Config;
use super::contracts::ContractStore;
use super::course::Course;
use super::identity::Identity;
use super::intake::{Checking, Intake};
use super::messages::SyncMessage;
use super::outbox::Outbox;
use super::packages::Uploaded;
use super::register::InFlight;
use super::rotation::Rotation;
use super::store::Store;
use super::submissions::Interpreted;
use super::turn::{Context, LogEnd, Turn};
use super::vetting::{Vetting, VettingChecked, VettingReply};
use crate::lf::signature::Signatures;
use crate::model::ProtocolVersion;
use crate::participant::indexer::LogTail;
use crate::participant::packages::Packages;
use crate::participant::submission::{ConnectedDomain, Interpreter};
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::State;
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, Task};
use crate::sequencer_client::{DomainInfo, Position, SequencerPort, ServicePort, Subscription};
use crate::storage::{self, Database, Schema};

/// Messages, events or results taken into one turn at most: bounds how long a turn takes.
const TURN_MAX: usize = 128;

/// The role `sync`.
pub struct SyncRole {
    /// The participant's name, used when its identity is made.
    pub name: String,
    /// Its bounds.
    pub config: Config,
    /// Its database.
    pub database: Database,
    /// Its schema there; must be up to date.
    pub schema: Schema,
    /// Its packages.
    pub packages: Packages,
    /// The name by which it knows its domain.
    pub domain_alias: String,
    /// The domain's rules.
    pub protocol_version: ProtocolVersion,
    /// The domain's sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// The domain's service.
    pub service: Arc<dyn ServicePort>,
    /// What time it is.
    pub clock: Clock,
    /// Where heavy work is done.
    pub compute: ComputePool,
    /// Tells the indexer what was appended.
    pub tail: LogTail,
}

impl Role for SyncRole {
    type Message = SyncMessage;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<SyncMessage>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let mut shell = Box::pin(Shell::load(self, context.health.clone())).await?;
            context.health.set(State::Ok);
            shell.serve(inbox).await
        })
    }
}

/// Everything that the loop works on. What it does stands beside, by the stream of work.
pub(super) struct Shell {
    pub(super) role: Arc<SyncRole>,
    pub(super) store: Arc<Store>,
    pub(super) contracts: Arc<ContractStore>,
    pub(super) interpreter: Interpreter,
    pub(super) identity: Identity,
    pub(super) info: DomainInfo,
    pub(super) subscription: Subscription,
    pub(super) intake: Intake,
    pub(super) course: Course,
    pub(super) in_flight: InFlight,
    pub(super) outbox: Outbox,
    pub(super) administration: Administration,
    pub(super) vetting: Vetting,
    pub(super) rotation: Rotation,
    pub(super) end: LogEnd,
    pub(super) interpreting: FuturesUnordered<Task<Option<Interpreted>>>,
    pub(super) checking: FuturesOrdered<Checking>,
    pub(super) uploading: FuturesUnordered<Task<Uploaded>>,
    pub(super) checking_vetting: FuturesUnordered<Task<VettingChecked>>,
}

impl Shell {
    async fn serve(&mut self, mut inbox: Inbox<SyncMessage>) -> Result<(), RoleFailure> {
        let mut checkpoint = tokio::time::interval(self.role.config.checkpoint_interval);
        loop {
            tokio::select! {
                messages = inbox.recv_batch(TURN_MAX) => match messages {
                    Some(messages) => self.receive(messages).await?,
                    None => return Ok(self.keep_position().await?),
                },
                events = self.subscription.next(), if self.checking.len() < TURN_MAX => {
                    let events = events
                        .map_err(|error| RoleFailure::because("cannot read events", error))?;
                    let (packages, compute) = (&self.role.packages, &self.role.compute);
                    for event in events {
                        let checking = self.intake.take(event, packages, compute);
                        self.checking.extend(checking);
                    }
                }
                Some(first) = self.checking.next() => {
                    let mut events = vec![first?];
                    while events.len() < TURN_MAX
                        && let Some(Some(event)) = ready(self.checking.next())
                    {
                        events.push(event?);
                    }
                    self.process(events).await?;
                }
                Some(first) = self.interpreting.next() => {
                    let mut interpreted = Vec::from_iter(first);
                    while interpreted.len() < TURN_MAX
                        && let Some(Some(next)) = ready(self.interpreting.next())
                    {
                        interpreted.extend(next);
                    }
                    if !interpreted.is_empty() {
                        self.submit(interpreted).await?;
                    }
                }
                Some(uploaded) = self.uploading.next() => self.uploaded(uploaded),
                Some(checked) = self.checking_vetting.next() => self.vetting_checked(checked),
                sent = self.outbox.next() => self.sent(sent).await?,
                _ = checkpoint.tick() => self.checkpoint().await?,
            }
        }
    }

    async fn receive(&mut self, messages: Vec<SyncMessage>) -> Result<(), storage::Error> {
        for message in messages {
            match message {
                SyncMessage::Submit { submission, reply } => self.interpret(submission, reply),
                SyncMessage::AllocateParty {
                    hint,
                    domain,
                    reply,
                } => {
                    if let Err(refusal) = self.check_domain(domain.as_ref()) {
                        let _ = reply.send(Err(refusal));
                        continue;
                    }
                    let deadline = self.topology_deadline();
                    let to_submit = self.administration.allocate(
                        &hint,
                        &self.identity,
                        self.intake.follower.register().head(),
                        deadline,
                        reply,
                    );
                    self.submit_topology(to_submit);
                }
                SyncMessage::UploadDar {
                    dar,
                    vet,
                    dry_run,
                    reply,
                } => self.upload(dar, vet, dry_run, reply),
                SyncMessage::ChangeVetting { change, reply } => {
                    let reply = VettingReply::Update(reply);
                    self.change_vetting(change, Signatures::default(), reply);
                }
                SyncMessage::RotateKeys { rotation, reply } => {
                    self.begin_rotation(rotation, reply).await?;
                }
                SyncMessage::ConnectedDomains { reply } => {
                    let domain = ConnectedDomain {
                        alias: self.role.domain_alias.clone(),
                        id: self.info.id.clone(),
                    };
                    let _ = reply.send(Ok(vec![domain]));
                }
                SyncMessage::ParticipantId { reply } => {
                    let _ = reply.send(Ok(self.identity.participant.clone()));
                }
                SyncMessage::Topology { reply } => {
                    let _ = reply.send(Ok(self.intake.follower.topology().clone()));
                }
            }
        }
        Ok(())
    }

    async fn checkpoint(&mut self) -> Result<(), storage::Error> {
        let now = self.role.clock.now();
        self.administration.time_out(now);
        self.vetting.time_out(now);
        self.rotation.time_out(now);
        self.rotate();
        self.vet();
        if self.course.needs_time(self.intake.follower.register(), now) {
            let patience = self.role.config.sequencing_timeout.into();
            self.outbox.send(self.outbox.tick(now.plus(patience)));
        }
        self.keep_position().await
    }

    /// Keeps the position when nothing else was to be kept for a while.
    async fn keep_position(&mut self) -> Result<(), storage::Error> {
        if !self.course.is_ahead() {
            return Ok(());
        }
        self.keep(&mut Turn::default()).await
    }

    pub(super) async fn keep(&mut self, turn: &mut Turn) -> Result<(), storage::Error> {
        self.course.note_undecided(turn);
        let position = self.position();
        turn.writes.position = Some(position);
        self.store.write(&self.info.id, &turn.writes).await?;
        self.subscription.kept(&position);
        self.course.kept();
        Ok(())
    }

    /// Where a restart would read: before the first request without a verdict.
    fn position(&self) -> Position {
        let course = &self.course;
        self.subscription
            .position(course.resume(), course.processed)
    }

    pub(super) fn context(&mut self) -> Context<'_> {
        Context {
            domain: &self.info.id,
            participant: &self.identity.participant,
            end: &mut self.end,
            in_flight: &mut self.in_flight,
        }
    }
}

/// What a future has now, without waiting; `None` if it must be waited for.
fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    future.now_or_never()
}

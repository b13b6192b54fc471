//! Sync's shell: one loop in which everything that must have an order gets it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::select_all;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::config::Config;
use super::connection::{Connection, Work};
use super::contracts::ContractStore;
use super::identity::Identity;
use super::links::{DomainLink, Links};
use super::messages::SyncMessage;
use super::packages::Uploaded;
use super::pruning::Pruning;
use super::register::InFlight;
use super::rotation::WaitingForKeys;
use super::store::Store;
use super::submissions::Interpreted;
use super::turn::{LogEnd, Turn};
use super::vetting::{VettingChecked, VettingReply};
use crate::lf::signature::Signatures;
use crate::model::DomainId;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Head, LogTail};
use crate::participant::packages::Packages;
use crate::participant::submission::{DomainConnection, Interpreter, OffsetTimes, not_connected};
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::{Reporter, State};
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, Task};
use crate::storage::{self, Database, Schema};

/// Messages, events or results taken into one turn at most: bounds how long a turn takes.
pub(super) const TURN_MAX: usize = 128;

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
    /// The domains of this process that it is connected to.
    pub domains: Vec<DomainLink>,
    /// The domains of other processes that it is connected to whatever was kept about them.
    pub connections: Vec<DomainConnection>,
    /// What time it is.
    pub clock: Clock,
    /// Where heavy work is done.
    pub compute: ComputePool,
    /// Tells the indexer what was appended.
    pub tail: LogTail,
    /// Says what was indexed, and tells readers what is gone.
    pub head: Head,
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
            shell.connect_first().await?;
            context.health.set(State::Ok);
            shell.serve(inbox).await
        })
    }
}

/// Everything that the loop works on. What it does stands beside, by the stream of work.
pub(super) struct Shell {
    pub(super) role: Arc<SyncRole>,
    pub(super) health: Reporter,
    pub(super) store: Arc<Store>,
    pub(super) contracts: Arc<ContractStore>,
    pub(super) interpreter: Interpreter,
    pub(super) identity: Identity,
    pub(super) links: Links,
    pub(super) connections: BTreeMap<DomainId, Connection>,
    /// Whose turn it is among the domains.
    next_domain: usize,
    pub(super) in_flight: InFlight,
    pub(super) waiting_for_keys: WaitingForKeys,
    pub(super) pruning: Pruning,
    pub(super) end: LogEnd,
    pub(super) interpreting: FuturesUnordered<Task<Option<Interpreted>>>,
    pub(super) uploading: FuturesUnordered<Task<Uploaded>>,
    pub(super) checking_vetting: FuturesUnordered<Task<(DomainId, VettingChecked)>>,
}

impl Shell {
    /// Comes up with everything that was kept; connected to no domain yet.
    async fn load(role: Arc<SyncRole>, health: Reporter) -> Result<Self, RoleFailure> {
        let store = Arc::new(Store::new(role.database.clone(), role.schema.clone()));
        let identity = identity(&store, &role.name).await?;
        let restored = store.restore().await?;
        role.tail.notify(restored.last_offset);
        let contracts = ContractStore::new(Arc::clone(&store), role.config.contracts_cached);
        for (number, id) in store.numbers().await? {
            contracts.add_domain(number, id);
        }
        let contracts = Arc::new(contracts);
        let pruning = Pruning::load(&role).await?;
        let mut times: OffsetTimes = restored.times.into_iter().collect();
        times.forget(pruning.up_to());
        let mut in_flight = InFlight::default();
        for (message_id, submitted) in restored.in_flight {
            in_flight.insert(message_id, submitted);
        }
        Ok(Self {
            interpreter: Interpreter {
                clock: role.clock.clone(),
                participant: identity.participant.clone(),
                packages: role.packages.clone(),
                contracts: Arc::<ContractStore>::clone(&contracts),
                compute: role.compute.clone(),
            },
            in_flight,
            end: LogEnd {
                offset: restored.last_offset,
                times,
            },
            links: Links::default(),
            connections: BTreeMap::new(),
            next_domain: 0,
            waiting_for_keys: WaitingForKeys::default(),
            pruning,
            interpreting: FuturesUnordered::new(),
            uploading: FuturesUnordered::new(),
            checking_vetting: FuturesUnordered::new(),
            store,
            contracts,
            identity,
            health,
            role,
        })
    }

    async fn serve(&mut self, mut inbox: Inbox<SyncMessage>) -> Result<(), RoleFailure> {
        let mut checkpoint = tokio::time::interval(self.role.config.checkpoint_interval);
        loop {
            tokio::select! {
                messages = inbox.recv_batch(TURN_MAX) => match messages {
                    Some(messages) => self.receive(messages).await?,
                    None => return Ok(self.keep_positions().await?),
                },
                (domain, work) = next_work(&mut self.connections, self.next_domain) => {
                    self.next_domain = self.next_domain.wrapping_add(1);
                    match work? {
                        Work::Events(events) => self.process(&domain, events).await?,
                        Work::Sent(sent) => self.sent(&domain, sent).await?,
                        Work::Committed(done) => self.committed(&domain, done).await?,
                        Work::Lost(reason) => self.lost(&domain, reason),
                    }
                }
                Some(first) = self.interpreting.next() => {
                    let mut interpreted = Vec::from_iter(first);
                    while interpreted.len() < TURN_MAX
                        && let Some(Some(next)) = self.interpreting.next().now_or_never()
                    {
                        interpreted.extend(next);
                    }
                    if !interpreted.is_empty() {
                        self.submit(interpreted).await?;
                    }
                }
                Some(uploaded) = self.uploading.next() => self.uploaded(uploaded),
                Some((domain, checked)) = self.checking_vetting.next() => {
                    self.vetting_checked(&domain, checked);
                }
                joined = self.links.next() => self.joined(joined).await?,
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
                } => self.allocate(&hint, domain.as_ref(), reply),
                SyncMessage::UploadDar {
                    dar,
                    vet,
                    dry_run,
                    domain,
                    reply,
                } => self.upload(dar, (vet, dry_run), domain.as_ref(), reply),
                SyncMessage::ChangeVetting {
                    change,
                    domain,
                    reply,
                } => {
                    let reply = VettingReply::Update(reply);
                    self.change_vetting(change, Signatures::default(), domain.as_ref(), reply);
                }
                SyncMessage::RotateKeys { rotation, reply } => {
                    self.begin_rotation(rotation, reply).await?;
                }
                SyncMessage::Prune { up_to, reply } => self.prune(up_to, reply).await?,
                SyncMessage::ConnectDomain { connection, reply } => {
                    self.connect(connection, reply).await?;
                }
                SyncMessage::DisconnectDomain { alias, reply } => {
                    self.disconnect(&alias, reply).await?;
                }
                SyncMessage::HostParty { change, reply } => self.host_party(&change, reply),
                SyncMessage::ConnectedDomains { reply } => {
                    let connected = self.by_preference().into_iter();
                    let _ = reply.send(Ok(connected.map(Connection::connected).collect()));
                }
                SyncMessage::Domains { reply } => {
                    let _ = reply.send(Ok(self.links.status()));
                }
                SyncMessage::Commitments { reply } => {
                    let connections = self.connections.values();
                    let _ = reply.send(Ok(connections.map(Connection::shared).collect()));
                }
                SyncMessage::ParticipantId { reply } => {
                    let _ = reply.send(Ok(self.identity.participant.clone()));
                }
                SyncMessage::TopologyProposals { reply } => {
                    let connections = self.connections.iter();
                    let proposals = connections.map(|(id, it)| (id.clone(), it.proposals()));
                    let _ = reply.send(Ok(proposals.collect()));
                }
                SyncMessage::Topologies { reply } => {
                    let connections = self.connections.iter();
                    let topologies =
                        connections.map(|(id, it)| (id.clone(), it.topology().clone()));
                    let _ = reply.send(Ok(topologies.collect()));
                }
            }
        }
        Ok(())
    }

    async fn checkpoint(&mut self) -> Result<(), storage::Error> {
        let now = self.role.clock.now();
        let timeout = self.role.config.sequencing_timeout;
        for connection in self.connections.values_mut() {
            connection.checkpoint(now, timeout.into());
        }
        self.links.time_out(now);
        self.waiting_for_keys.time_out(now);
        self.rotate();
        let domains: Vec<DomainId> = self.connections.keys().cloned().collect();
        for domain in domains {
            self.vet(&domain);
        }
        self.expire(now).await?;
        self.keep_positions().await
    }

    /// Keeps the positions where nothing else was to be kept for a while.
    async fn keep_positions(&mut self) -> Result<(), storage::Error> {
        let moved = self
            .connections
            .iter()
            .filter(|(_, it)| it.course.is_ahead());
        let moved: Vec<DomainId> = moved.map(|(id, _)| id.clone()).collect();
        for domain in moved {
            self.keep(Some(&domain), &mut Turn::default()).await?;
        }
        Ok(())
    }

    /// Writes a turn; one that is about a domain together with the position there.
    pub(super) async fn keep(
        &mut self,
        domain: Option<&DomainId>,
        turn: &mut Turn,
    ) -> Result<(), storage::Error> {
        let connection = domain.and_then(|domain| self.connections.get_mut(domain));
        let Some(connection) = connection else {
            return self.store.write(&turn.writes).await;
        };
        let position = connection.note_position(turn);
        self.store.write(&turn.writes).await?;
        connection.position_kept(&position);
        Ok(())
    }

    /// The domains, the preferred ones first.
    pub(super) fn by_preference(&self) -> Vec<&Connection> {
        let mut connections: Vec<&Connection> = self.connections.values().collect();
        connections.sort_by_key(|it| std::cmp::Reverse(it.priority));
        connections
    }

    /// The domain with an id, or the only one. `several` is told how many there are if none is named.
    pub(super) fn choose(
        &self,
        wanted: Option<&DomainId>,
        several: impl FnOnce() -> Refusal,
    ) -> Result<DomainId, Refusal> {
        let mut connected = self.connections.keys();
        match (wanted, connected.next(), connected.next()) {
            (Some(domain), ..) if self.connections.contains_key(domain) => Ok(domain.clone()),
            (Some(domain), ..) => Err(Refusal::new(
                ErrorId::NotConnectedToSynchronizer,
                format!("This participant is not connected to synchronizer {domain}"),
            )),
            (None, Some(only), None) => Ok(only.clone()),
            (None, None, _) => Err(not_connected()),
            (None, Some(_), Some(_)) => Err(several()),
        }
    }
}

async fn identity(store: &Store, name: &str) -> Result<Identity, storage::Error> {
    store
        .identity(|| {
            Identity::generate(name).map_err(|error| {
                storage::Error::Config(format!("the participant's name does not work: {error}"))
            })
        })
        .await
}

/// What some domain has for the loop, each in its turn; pending while there is none.
async fn next_work(
    connections: &mut BTreeMap<DomainId, Connection>,
    first: usize,
) -> (DomainId, Result<Work, storage::Error>) {
    let mut waiting: Vec<_> = connections
        .iter_mut()
        .map(|(id, connection)| {
            Box::pin(async move {
                let work = connection.next().await;
                (id.clone(), work)
            })
        })
        .collect();
    if waiting.is_empty() {
        return std::future::pending().await;
    }
    let first = first % waiting.len();
    waiting.rotate_left(first);
    select_all(waiting).await.0
}

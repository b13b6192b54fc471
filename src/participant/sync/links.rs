//! The domains that this participant is to be connected to: joined in the background, again and again
//! while they are away, each on its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::actor::Shell;
use super::connection::{Connection, Reached};
use super::identity::Identity;
use super::messages::Reply;
use crate::model::{DomainId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{DomainConnection, DomainState, DomainStatus};
use crate::runtime::Task;
use crate::runtime::health::{Reporter, State, Weight};
use crate::sequencer_client::grpc::{Credentials, GrpcSequencer, GrpcService};
use crate::sequencer_client::{AdmissionError, DomainInfo, SequencerPort, ServicePort, try_join};
use crate::storage;

/// Pauses between attempts: the first, and the longest.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// How long a lost connection, or one that was refused, rests.
const REST: Duration = Duration::from_secs(2);

/// Domains of other processes at most.
const CONNECTIONS_MAX: usize = 64;

/// Whoever waits for one connection at once.
const WAITING_MAX: usize = 16;

/// A domain that a participant is connected to.
#[derive(Clone)]
pub struct DomainLink {
    /// The name by which the participant knows it.
    pub alias: String,
    /// The higher, the rather a command goes there.
    pub priority: i32,
    /// Its sequencer.
    pub sequencer: Arc<dyn SequencerPort>,
    /// Its service.
    pub service: Arc<dyn ServicePort>,
}

/// The domains that this participant is to be connected to, by alias.
#[derive(Default)]
pub(super) struct Links {
    links: BTreeMap<String, Link>,
    joining: FuturesUnordered<Task<Joined>>,
    /// How often joining was begun.
    attempts: u64,
}

struct Link {
    reach: Reach,
    health: Reporter,
    stage: Stage,
    /// Who waits for the connection, and until when.
    waiting: Vec<(Timestamp, Reply<DomainStatus>)>,
}

/// Where a domain is.
#[derive(Clone)]
enum Reach {
    /// In the same process.
    Here(DomainLink),
    /// In another.
    There(DomainConnection),
}

enum Stage {
    Off,
    /// The attempt, and what went wrong last.
    Joining(u64, Arc<Mutex<Option<String>>>),
    Connected(DomainId),
}

/// What came of an attempt to join.
pub(super) struct Joined {
    alias: String,
    attempt: u64,
    outcome: Result<(DomainInfo, Arc<dyn SequencerPort>), String>,
}

impl Reach {
    fn alias(&self) -> &str {
        match self {
            Self::Here(link) => &link.alias,
            Self::There(connection) => &connection.alias,
        }
    }

    fn priority(&self) -> i32 {
        match self {
            Self::Here(link) => link.priority,
            Self::There(connection) => connection.priority,
        }
    }

    /// Joins, as often as it takes.
    async fn join(
        self,
        identity: Identity,
        trouble: Arc<Mutex<Option<String>>>,
    ) -> Result<(DomainInfo, Arc<dyn SequencerPort>), String> {
        let service: Arc<dyn ServicePort> = match &self {
            Self::Here(link) => Arc::clone(&link.service),
            Self::There(connection) => Arc::new(GrpcService::new(&connection.address)?),
        };
        let mut pause = PAUSE_MIN;
        let info = loop {
            match try_join(&service, &|info| identity.introduce(info)).await {
                Ok(info) => break info,
                Err(AdmissionError::Refused(reason)) => {
                    return Err(format!("the domain refuses: {reason}"));
                }
                Err(AdmissionError::Unavailable(reason)) => note(&trouble, reason),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        };
        let sequencer = match self {
            Self::Here(link) => link.sequencer,
            Self::There(connection) => {
                if let Some(expected) = &connection.domain
                    && *expected != info.id
                {
                    return Err(format!(
                        "it was {expected} when it was connected first, and now {} answers",
                        info.id
                    ));
                }
                let credentials = Credentials {
                    domain: info.id.clone(),
                    member: identity.member(),
                    key: identity.signing_key.clone(),
                };
                Arc::new(GrpcSequencer::new(&connection.address, credentials)?)
            }
        };
        Ok((info, sequencer))
    }
}

impl Link {
    fn status(&self) -> DomainStatus {
        let (id, state) = match &self.stage {
            Stage::Off => (None, DomainState::Disconnected),
            Stage::Joining(_, trouble) => {
                let trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
                (None, DomainState::Connecting(trouble.clone()))
            }
            Stage::Connected(id) => (Some(id.clone()), DomainState::Connected),
        };
        let (address, known) = match &self.reach {
            Reach::Here(_) => (None, None),
            Reach::There(it) => (Some(it.address.clone()), it.domain.clone()),
        };
        DomainStatus {
            alias: self.reach.alias().to_owned(),
            id: id.or(known),
            address,
            priority: self.reach.priority(),
            state,
        }
    }
}

impl Links {
    /// The next attempt that has ended; pending while there is none.
    pub(super) async fn next(&mut self) -> Joined {
        match self.joining.next().await {
            Some(joined) => joined,
            None => std::future::pending().await,
        }
    }

    /// Whether some domain was not reached since the start.
    pub(super) fn is_joining(&self) -> bool {
        let mut stages = self.links.values().map(|link| &link.stage);
        stages.any(|stage| matches!(stage, Stage::Joining(..)))
    }

    /// Tells those who have waited too long; the participant goes on trying.
    pub(super) fn time_out(&mut self, now: Timestamp) {
        for link in self.links.values_mut() {
            let trouble = match link.status().state {
                DomainState::Connecting(Some(trouble)) => trouble,
                _ => "it does not answer".to_owned(),
            };
            let alias = link.reach.alias();
            for (_, reply) in link.waiting.extract_if(.., |(until, _)| *until < now) {
                let _ = reply.send(Err(Refusal::new(
                    ErrorId::RequestTimeOut,
                    format!("Domain {alias} is not connected yet, it is tried again: {trouble}"),
                )));
            }
        }
    }

    pub(super) fn status(&self) -> Vec<DomainStatus> {
        self.links.values().map(Link::status).collect()
    }

    fn insert(&mut self, reach: Reach, health: &Reporter) {
        let link = Link {
            health: health.part(reach.alias(), Weight::Soft),
            reach,
            stage: Stage::Off,
            waiting: Vec::new(),
        };
        self.links.insert(link.reach.alias().to_owned(), link);
    }

    fn start(&mut self, alias: &str, identity: &Identity, rest: Option<(Duration, String)>) {
        let Some(link) = self.links.get_mut(alias) else {
            return;
        };
        self.attempts += 1;
        let attempt = self.attempts;
        let (rest, reason) = rest.unzip();
        match &reason {
            Some(reason) => link.health.set(State::Degraded(reason.clone())),
            None => link.health.set(State::Starting),
        }
        let trouble = Arc::new(Mutex::new(reason));
        link.stage = Stage::Joining(attempt, Arc::clone(&trouble));
        let (reach, identity) = (link.reach.clone(), identity.clone());
        self.joining.push(Task::start(async move {
            if let Some(rest) = rest {
                tokio::time::sleep(rest).await;
            }
            Joined {
                alias: reach.alias().to_owned(),
                attempt,
                outcome: reach.join(identity, trouble).await,
            }
        }));
    }
}

impl Shell {
    /// Begins to join every domain that is wanted, and waits for a while for all of them.
    pub(super) async fn connect_first(&mut self) -> Result<(), storage::Error> {
        for link in self.role.domains.clone() {
            self.links.insert(Reach::Here(link), &self.health);
        }
        let mut known = self.store.connections().await?;
        for mut connection in self.role.connections.clone() {
            let before = known.iter().position(|it| it.alias == connection.alias);
            connection.domain = before.and_then(|it| known.swap_remove(it).domain);
            self.links.insert(Reach::There(connection), &self.health);
        }
        for connection in known {
            if !self.links.links.contains_key(&connection.alias) {
                self.links.insert(Reach::There(connection), &self.health);
            }
        }
        let wanted = self.links.links.values().filter(|link| match &link.reach {
            Reach::Here(_) => true,
            Reach::There(connection) => connection.is_enabled,
        });
        let wanted: Vec<String> = wanted.map(|it| it.reach.alias().to_owned()).collect();
        for alias in wanted {
            self.links.start(&alias, &self.identity, None);
        }
        let patience = tokio::time::sleep(self.role.config.connect_patience);
        tokio::pin!(patience);
        while self.links.is_joining() {
            tokio::select! {
                joined = self.links.next() => self.joined(joined).await?,
                () = &mut patience => {
                    tracing::warn!("a domain is away; everything else goes on without it");
                    break;
                }
            }
        }
        Ok(())
    }

    /// An attempt to join has ended.
    pub(super) async fn joined(&mut self, joined: Joined) -> Result<(), storage::Error> {
        let Some(link) = self.links.links.get_mut(&joined.alias) else {
            return Ok(());
        };
        if !matches!(link.stage, Stage::Joining(attempt, _) if attempt == joined.attempt) {
            return Ok(());
        }
        let (info, sequencer) = match joined.outcome {
            Ok((info, _)) if self.connections.contains_key(&info.id) => {
                let reason = format!("{} is connected under another name", info.id);
                self.rest(&joined.alias, reason);
                return Ok(());
            }
            Ok(reached) => reached,
            Err(reason) => {
                self.rest(&joined.alias, reason);
                return Ok(());
            }
        };
        let reached = Reached {
            alias: joined.alias.clone(),
            priority: link.reach.priority(),
            health: link.health.clone(),
            sequencer,
            info: info.clone(),
        };
        if let Reach::There(connection) = &mut link.reach
            && connection.domain.is_none()
        {
            connection.domain = Some(info.id.clone());
            self.store.keep_connection(connection).await?;
        }
        let restored = self.store.restore_domain(&info.id).await?;
        self.contracts.add_domain(restored.number, info.id.clone());
        let connection = Connection::open(reached, restored, &self.role, &self.identity)?;
        self.connections.insert(info.id.clone(), connection);
        link.stage = Stage::Connected(info.id.clone());
        link.health.set(State::Ok);
        tracing::info!(domain = joined.alias, id = %info.id, "connected");
        let status = link.status();
        for (_, reply) in link.waiting.drain(..) {
            let _ = reply.send(Ok(status.clone()));
        }
        Ok(())
    }

    /// A domain does not want this participant, or cannot be followed: tried again later.
    fn rest(&mut self, alias: &str, reason: String) {
        tracing::warn!(domain = alias, reason, "not connected, tried again");
        if let Some(link) = self.links.links.get_mut(alias) {
            for (_, reply) in link.waiting.drain(..) {
                let _ = reply.send(Err(refused(alias, &reason)));
            }
        }
        self.links
            .start(alias, &self.identity, Some((REST, reason)));
    }

    /// Nothing more comes from a domain.
    pub(super) fn lost(&mut self, domain: &DomainId, reason: String) {
        if let Some(connection) = self.connections.remove(domain) {
            self.rest(&connection.alias, reason);
        }
    }

    /// Connects to a domain of another process.
    pub(super) async fn connect(
        &mut self,
        mut connection: DomainConnection,
        reply: Reply<DomainStatus>,
    ) -> Result<(), storage::Error> {
        let known = self.links.links.get(&connection.alias);
        let refusal = match known.map(|link| (&link.reach, &link.stage)) {
            Some((Reach::Here(_), _)) => Some("it is a domain of this process".to_owned()),
            Some((Reach::There(it), Stage::Connected(_) | Stage::Joining(..)))
                if it.address != connection.address =>
            {
                Some(format!("it is {} now: disconnect it first", it.address))
            }
            None if self.links.links.len() >= CONNECTIONS_MAX => {
                Some(format!("there are {CONNECTIONS_MAX} already"))
            }
            Some(_) | None => None,
        };
        if let Some(reason) = refusal {
            let _ = reply.send(Err(refused(&connection.alias, &reason)));
            return Ok(());
        }
        if let Some(Reach::There(known)) = known.map(|link| &link.reach) {
            connection.domain = known.domain.clone();
        }
        connection.is_enabled = true;
        self.store.keep_connection(&connection).await?;
        let alias = connection.alias.clone();
        let deadline = self.topology_deadline();
        match self.links.links.get_mut(&alias) {
            Some(link) => link.reach = Reach::There(connection),
            None => self.links.insert(Reach::There(connection), &self.health),
        }
        let Some(link) = self.links.links.get_mut(&alias) else {
            return Ok(());
        };
        if let Stage::Connected(domain) = &link.stage {
            if let Some(connection) = self.connections.get_mut(domain) {
                connection.priority = link.reach.priority();
            }
            let _ = reply.send(Ok(link.status()));
            return Ok(());
        }
        if link.waiting.len() >= WAITING_MAX {
            let _ = reply.send(Err(refused(&alias, "others wait for it already")));
            return Ok(());
        }
        link.waiting.push((deadline, reply));
        if matches!(link.stage, Stage::Off) {
            link.health = self.health.part(&alias, Weight::Soft);
            self.links.start(&alias, &self.identity, None);
        }
        Ok(())
    }

    /// Leaves a domain of another process.
    pub(super) async fn disconnect(
        &mut self,
        alias: &str,
        reply: Reply<()>,
    ) -> Result<(), storage::Error> {
        let refusal = match self.links.links.get_mut(alias) {
            None => Some(refused(alias, "there is no domain of this name")),
            Some(link) => match &mut link.reach {
                Reach::Here(_) => Some(refused(
                    alias,
                    "it is a domain of this process; the configuration says who is connected to it",
                )),
                Reach::There(connection) => {
                    connection.is_enabled = false;
                    self.store.keep_connection(connection).await?;
                    if let Stage::Connected(domain) = &link.stage {
                        self.connections.remove(domain);
                    }
                    link.stage = Stage::Off;
                    link.health.withdraw();
                    for (_, waiting) in link.waiting.drain(..) {
                        let _ = waiting.send(Err(refused(alias, "it was disconnected")));
                    }
                    tracing::info!(domain = alias, "disconnected");
                    None
                }
            },
        };
        let _ = reply.send(refusal.map_or(Ok(()), Err));
        Ok(())
    }
}

fn note(trouble: &Mutex<Option<String>>, reason: String) {
    *trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
}

fn refused(alias: &str, reason: &str) -> Refusal {
    Refusal::new(
        ErrorId::NotConnectedToSynchronizer,
        format!("Domain {alias}: {reason}"),
    )
}

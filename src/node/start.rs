//! Putting a process together, and taking it apart again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::addresses::{Addresses, Listeners};
use super::databases::Databases;
use super::domain::DomainPorts;
use super::{domain, doors, monitoring, participant};
use crate::config::{ClockConfig, NodeConfig, ParticipantConfig, RoleKind, RoleSelection};
use crate::lf::engine;
use crate::model::Timestamp;
use crate::participant::submission::SyncPort;
use crate::participant::sync::DomainLink;
use crate::runtime::clock::Clock;
use crate::runtime::compute::ComputePool;
use crate::runtime::health::{Health, Weight};
use crate::runtime::{Handle, Role, Supervisor, SupervisorConfig};
use crate::storage::{self, DataDir, Database, DatabaseConfig};
use crate::telemetry::Metrics;

/// Why a process does not come up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be used.
    #[error("{0}")]
    Address(String),
    /// A database cannot be used.
    #[error("cannot use the {database}{hint}")]
    Database {
        /// Which one.
        database: String,
        /// What to do.
        hint: &'static str,
        /// Why not.
        source: storage::Error,
    },
    /// A component cannot be put together.
    #[error("cannot put {component} together")]
    Component {
        /// Which one.
        component: String,
        /// Why not.
        source: storage::Error,
    },
    /// The system refuses something.
    #[error("{0}")]
    System(String),
}

/// A running process. Lives on the node's main thread.
pub struct Node {
    addresses: Addresses,
    health: Health,
    clock: Clock,
    /// In the order in which they were started.
    supervisors: Vec<Supervisor>,
    crashers: Vec<(String, Crasher)>,
    sync_ports: BTreeMap<String, Arc<dyn SyncPort>>,
    databases: Databases,
}

/// Makes a role panic.
type Crasher = Box<dyn Fn() -> bool + Send + Sync>;

/// A process on its way up.
pub(super) struct Assembly<'a> {
    pub clock: Clock,
    pub compute: ComputePool,
    pub health: Health,
    selection: &'a RoleSelection,
    databases: &'a Databases,
    /// What an interpretation may use.
    pub bounds: engine::Config,
    supervisors: Vec<Supervisor>,
    crashers: Vec<(String, Crasher)>,
    /// How each participant's sync is reached.
    pub sync_ports: BTreeMap<String, Arc<dyn SyncPort>>,
}

impl Assembly<'_> {
    /// Whether a role runs in this process.
    pub(super) fn runs(&self, component: &str, kind: RoleKind) -> bool {
        self.selection.contains(component, kind)
    }

    /// A handle to a role that is not there yet.
    pub(super) fn handle<M: Send + 'static>(component: &str, kind: RoleKind) -> Handle<M> {
        Handle::new(&format!("{component}.{}", kind.name()))
    }

    /// The database with these settings.
    pub(super) fn database(&self, config: &DatabaseConfig) -> Result<Database, StartError> {
        self.databases.find(config).cloned().ok_or_else(|| {
            StartError::System("a database of the configuration was not opened".to_owned())
        })
    }

    /// Puts a role under supervision behind its handle.
    pub(super) fn supervise<R: Role>(&mut self, role: R, handle: Handle<R::Message>) {
        self.supervise_as(Weight::Critical, role, handle);
    }

    /// The same for a role that its component can do without.
    pub(super) fn supervise_soft<R: Role>(&mut self, role: R, handle: Handle<R::Message>) {
        self.supervise_as(Weight::Soft, role, handle);
    }

    fn supervise_as<R: Role>(&mut self, weight: Weight, role: R, handle: Handle<R::Message>) {
        let reporter = self.health.register(handle.role(), weight);
        let crash = handle.clone();
        self.crashers.push((
            handle.role().to_owned(),
            Box::new(move || crash.crash().is_ok()),
        ));
        self.supervisors.push(Supervisor::start(
            SupervisorConfig::default(),
            Arc::new(role),
            handle,
            reporter,
        ));
    }
}

impl Node {
    /// Starts the roles of `selection`. Answers when everything has been started; the health says
    /// when it serves. Must be called on the node's main thread.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(
        config: &NodeConfig,
        selection: &RoleSelection,
        temporary: Option<DataDir>,
    ) -> Result<Self, StartError> {
        let mut listeners = Listeners::bind(config)?;
        let addresses = listeners.addresses();
        let metrics = Metrics::install().map_err(StartError::System)?;
        let health = Health::new();
        let clock = match config.clock {
            ClockConfig::Wall => Clock::wall(),
            ClockConfig::Static => Clock::fixed(Timestamp::EPOCH),
        };
        let compute = match config.compute_threads {
            Some(threads) => ComputePool::new(threads),
            None => ComputePool::with_all_cores(),
        }
        .map_err(|error| StartError::System(error.to_string()))?;
        let databases = Databases::open(config, temporary).await?;
        if databases.has_embedded() {
            tracing::info!(
                "the embedded database survives a crash of this process, but not a power cut: for \
                 development only"
            );
        }
        let mut assembly = Assembly {
            clock: clock.clone(),
            compute,
            health: health.clone(),
            selection,
            databases: &databases,
            bounds: engine::Config {
                memory_bytes_max: config.interpretation_memory_bytes_max,
                transaction_bytes_max: config.transaction_bytes_max,
                ..engine::Config::default()
            },
            supervisors: Vec::new(),
            crashers: Vec::new(),
            sync_ports: BTreeMap::new(),
        };
        if let Some(listener) = listeners.monitoring.take() {
            monitoring::start(&mut assembly, listener, metrics);
        }
        start_components(&mut assembly, config, &mut listeners).await?;
        let Assembly {
            supervisors,
            crashers,
            sync_ports,
            ..
        } = assembly;
        Ok(Self {
            addresses,
            health,
            clock,
            supervisors,
            crashers,
            sync_ports,
            databases,
        })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// How it is.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What time it is there.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A participant's sync, reached past its doors.
    pub fn sync(&self, participant: &str) -> Option<Arc<dyn SyncPort>> {
        self.sync_ports.get(participant).cloned()
    }

    /// Every participant's sync, by the participant's name.
    pub fn syncs(&self) -> impl Iterator<Item = (&str, &Arc<dyn SyncPort>)> {
        self.sync_ports
            .iter()
            .map(|(name, sync)| (name.as_str(), sync))
    }

    /// The roles that run.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        self.crashers.iter().map(|(role, _)| role.as_str())
    }

    /// Makes a role's actor panic; whether there was one. Fault injection for tests.
    #[doc(hidden)]
    pub fn crash(&self, role: &str) -> bool {
        self.crashers
            .iter()
            .find(|(name, _)| name == role)
            .is_some_and(|(_, crash)| crash())
    }

    /// In how many rows of each component's tables a text stands, as text or as bytes. Reads everything:
    /// for demonstrations.
    ///
    /// # Errors
    /// If a database cannot be read.
    pub async fn search(&self, text: &str) -> Result<BTreeMap<String, u64>, storage::Error> {
        self.databases.search(text).await
    }

    /// Resolves when every part serves.
    pub async fn ready(&self) {
        let mut changes = self.health.changes();
        while !self.health.overall().is_ready() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Stops the roles, the last started first, and closes the databases.
    pub async fn stop(mut self) {
        while let Some(supervisor) = self.supervisors.pop() {
            supervisor.stop().await;
        }
        self.databases.close().await;
    }
}

async fn start_components(
    assembly: &mut Assembly<'_>,
    config: &NodeConfig,
    listeners: &mut Listeners,
) -> Result<(), StartError> {
    let mut domains = BTreeMap::new();
    for domain in &config.domains {
        domain::check(assembly, domain).await?;
        let ports = domain::start(assembly, domain)?;
        if let Some(listener) = listeners.public_apis.remove(&domain.name) {
            doors::start_public_api(assembly, domain, &ports, listener);
        }
        domains.insert(domain.name.as_str(), ports);
    }
    for participant in &config.participants {
        let links = domain_links(participant, &domains);
        let parts = participant::start(assembly, participant, links).await?;
        let sync = Arc::clone(&parts.sync);
        if let Some(listener) = listeners.ledger_apis.remove(&participant.name) {
            doors::start_ledger_api(assembly, participant, parts, listener)?;
        }
        if let Some(listener) = listeners.admin_apis.remove(&participant.name) {
            doors::start_admin_api(assembly, participant, sync, listener);
        }
    }
    Ok(())
}

/// The domains of this process that a participant is connected to; the first is preferred.
fn domain_links(
    participant: &ParticipantConfig,
    domains: &BTreeMap<&str, DomainPorts>,
) -> Vec<DomainLink> {
    let aliases = participant.domains.iter().rev();
    aliases
        .zip(0..)
        .filter_map(|(alias, priority)| {
            let ports = domains.get(alias.as_str())?;
            Some(DomainLink {
                alias: alias.clone(),
                priority,
                sequencer: Arc::clone(&ports.sequencer),
                service: Arc::clone(&ports.service),
            })
        })
        .collect()
}

//! The roles of a domain.

use std::sync::Arc;

use super::start::{Assembly, StartError};
use crate::config::{DomainConfig, RoleKind};
use crate::domain::mediator::{self, MediatorRole};
use crate::domain::sequencer::{self, InProcessSequencer, Registrar, SequencerRole};
use crate::domain::service::{self, InProcessService, ServiceRole};
use crate::domain::topology_manager::{InProcessTopology, TopologyManagerRole, TopologyPort};
use crate::runtime::Handle;
use crate::sequencer_client::{SequencerPort, ServicePort};
use crate::storage::{Database, Schema};

/// How the domain's roles are reached.
#[derive(Clone)]
pub(super) struct DomainPorts {
    pub sequencer: Arc<dyn SequencerPort>,
    pub service: Arc<dyn ServicePort>,
    /// The sequencer, for its public API.
    pub door: Handle<sequencer::SequencerMessage>,
}

/// Starts the roles of a domain that run here.
pub(super) fn start(
    assembly: &mut Assembly<'_>,
    config: &DomainConfig,
) -> Result<DomainPorts, StartError> {
    let roles = Roles::new(assembly, config)?;
    if assembly.runs(&config.name, RoleKind::Sequencer) {
        let role = roles.sequencer_role();
        assembly.supervise(role, roles.sequencer.clone());
    }
    if assembly.runs(&config.name, RoleKind::Topology) {
        let role = roles.topology_role();
        assembly.supervise(role, roles.topology.clone());
    }
    if assembly.runs(&config.name, RoleKind::Service) {
        let role = roles.service_role();
        assembly.supervise(role, roles.service.clone());
    }
    if assembly.runs(&config.name, RoleKind::Mediator) {
        let handle = Assembly::handle(&config.name, RoleKind::Mediator);
        let role = roles.mediator_role();
        assembly.supervise(role, handle);
    }
    Ok(DomainPorts {
        sequencer: roles.sequencer_port(),
        door: roles.sequencer.clone(),
        service: Arc::new(InProcessService(roles.service)),
    })
}

/// Refuses to start a domain with another protocol version than it was founded with.
pub(super) async fn check(
    assembly: &Assembly<'_>,
    config: &DomainConfig,
) -> Result<(), StartError> {
    if !assembly.runs(&config.name, RoleKind::Topology) {
        return Ok(());
    }
    let role = Roles::new(assembly, config)?.topology_role();
    role.check_founded()
        .await
        .map_err(|source| StartError::Component {
            component: config.name.clone(),
            source,
        })
}

/// What the roles are made of.
struct Roles<'a> {
    config: &'a DomainConfig,
    clock: crate::runtime::clock::Clock,
    compute: crate::runtime::compute::ComputePool,
    database: Database,
    sequencer: Handle<sequencer::SequencerMessage>,
    topology: Handle<crate::domain::topology_manager::TopologyMessage>,
    service: Handle<service::ServiceMessage>,
}

impl<'a> Roles<'a> {
    fn new(assembly: &Assembly<'_>, config: &'a DomainConfig) -> Result<Self, StartError> {
        Ok(Self {
            config,
            clock: assembly.clock.clone(),
            compute: assembly.compute.clone(),
            database: assembly.database(&config.database)?,
            sequencer: Assembly::handle(&config.name, RoleKind::Sequencer),
            topology: Assembly::handle(&config.name, RoleKind::Topology),
            service: Assembly::handle(&config.name, RoleKind::Service),
        })
    }

    fn schema(&self, kind: RoleKind) -> Schema {
        Schema::new(&format!("{}_{}", self.config.name, kind.name()))
    }

    fn sequencer_port(&self) -> Arc<dyn SequencerPort> {
        Arc::new(InProcessSequencer(self.sequencer.clone()))
    }

    fn sequencer_role(&self) -> SequencerRole {
        SequencerRole {
            config: sequencer::Config::default(),
            database: self.database.clone(),
            schema: self.schema(RoleKind::Sequencer),
            clock: self.clock.clone(),
            compute: self.compute.clone(),
        }
    }

    fn topology_role(&self) -> TopologyManagerRole {
        TopologyManagerRole {
            domain_name: self.config.name.clone(),
            parameters: self.config.parameters,
            permitted: self.config.admission.permitted().to_vec(),
            database: self.database.clone(),
            schema: self.schema(RoleKind::Topology),
            sequencer: self.sequencer_port(),
            registrar: Registrar(self.sequencer.clone()),
            clock: self.clock.clone(),
        }
    }

    fn service_role(&self) -> ServiceRole {
        let topology: Arc<dyn TopologyPort> = Arc::new(InProcessTopology(self.topology.clone()));
        ServiceRole {
            config: service::Config {
                admission: self.config.admission.clone(),
            },
            database: self.database.clone(),
            schema: self.schema(RoleKind::Service),
            topology,
            clock: self.clock.clone(),
        }
    }

    fn mediator_role(&self) -> MediatorRole {
        MediatorRole {
            config: mediator::Config::default(),
            database: self.database.clone(),
            schema: self.schema(RoleKind::Mediator),
            sequencer: self.sequencer_port(),
            service: Arc::new(InProcessService(self.service.clone())),
            clock: self.clock.clone(),
        }
    }
}

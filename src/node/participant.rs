//! The roles of a participant.

use std::sync::Arc;

use super::domain::DomainPorts;
use super::start::{Assembly, StartError};
use crate::config::{ParticipantConfig, ProtocolVersion, RoleKind};
use crate::lf::engine::{self, Engine};
use crate::participant::indexer::{self, Head, Indexer, LogTail};
use crate::participant::packages::Packages;
use crate::participant::schema;
use crate::participant::submission::SyncPort;
use crate::participant::sync::{self, InProcessSync, SyncRole};
use crate::storage::Schema;

/// What the roles of a participant share, and what its doors are built from.
pub(super) struct ParticipantParts {
    pub schema: Schema,
    pub packages: Packages,
    pub protocol_version: ProtocolVersion,
    pub head: Head,
    pub sync: Arc<dyn SyncPort>,
}

/// Starts the roles of a participant that run here, but for its doors.
pub(super) async fn start(
    assembly: &mut Assembly<'_>,
    config: &ParticipantConfig,
    domain: &DomainPorts,
) -> Result<ParticipantParts, StartError> {
    let database = assembly.database(&config.database)?;
    let schema = Schema::new(&config.name);
    let storage = |source| StartError::Component {
        component: config.name.clone(),
        source,
    };
    schema::MIGRATIONS
        .run(&database, &schema)
        .await
        .map_err(storage)?;
    let packages = Packages::open(
        database.clone(),
        &schema,
        engine(domain.protocol_version, &assembly.bounds),
        assembly.compute.clone(),
    )
    .await
    .map_err(storage)?;
    let (tail, head) = (LogTail::new(), Head::new());
    let sync = Assembly::handle(&config.name, RoleKind::Sync);
    if assembly.runs(&config.name, RoleKind::Sync) {
        let role = SyncRole {
            name: config.name.clone(),
            config: sync::Config {
                deduplication_max: config.deduplication_max,
                retention: config.retention,
                ..sync::Config::default()
            },
            database: database.clone(),
            schema: schema.clone(),
            packages: packages.clone(),
            domain_alias: config.domain.clone(),
            protocol_version: domain.protocol_version,
            sequencer: Arc::clone(&domain.sequencer),
            service: Arc::clone(&domain.service),
            clock: assembly.clock.clone(),
            compute: assembly.compute.clone(),
            tail: tail.clone(),
            head: head.clone(),
        };
        assembly.supervise(role, sync.clone());
    }
    if assembly.runs(&config.name, RoleKind::Indexer) {
        let handle = Assembly::handle(&config.name, RoleKind::Indexer);
        let role = Indexer::new(
            indexer::Config::default(),
            database,
            &schema,
            tail,
            head.clone(),
        );
        assembly.supervise(role, handle);
    }
    let sync: Arc<dyn SyncPort> = Arc::new(InProcessSync(sync));
    assembly
        .sync_ports
        .insert(config.name.clone(), Arc::clone(&sync));
    Ok(ParticipantParts {
        schema,
        packages,
        protocol_version: domain.protocol_version,
        head,
        sync,
    })
}

/// An engine with the rules of a protocol version. Each participant has its own: what one has loaded is
/// no business of another.
fn engine(version: ProtocolVersion, bounds: &engine::Config) -> Engine {
    Engine::new(engine::Config {
        rollback_effects: version < ProtocolVersion::V35,
        ..bounds.clone()
    })
}

//! The roles of a participant.

use std::sync::Arc;

use super::start::{Assembly, StartError};
use crate::config::{ParticipantConfig, RoleKind};
use crate::lf::engine::Engine;
use crate::participant::indexer::{self, Head, Indexer, LogTail};
use crate::participant::packages::Packages;
use crate::participant::schema;
use crate::participant::submission::SyncPort;
use crate::participant::sync::{self, DomainLink, InProcessSync, SyncRole};
use crate::storage::Schema;

/// What the roles of a participant share, and what its doors are built from.
pub(super) struct ParticipantParts {
    pub schema: Schema,
    pub packages: Packages,
    pub head: Head,
    pub sync: Arc<dyn SyncPort>,
}

/// Starts the roles of a participant that run here, but for its doors.
pub(super) async fn start(
    assembly: &mut Assembly<'_>,
    config: &ParticipantConfig,
    domains: Vec<DomainLink>,
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
        // each participant has its own: what one has loaded is no business of another
        Engine::new(assembly.bounds.clone()),
        assembly.compute.clone(),
    )
    .await
    .map_err(storage)?;
    let (tail, head) = (LogTail::new(), Head::new());
    let sync = Assembly::handle(&config.name, RoleKind::Sync);
    if assembly.runs(&config.name, RoleKind::Sync) {
        let role = SyncRole {
            name: config.name.clone(),
            config: sync::Config::default(),
            database: database.clone(),
            schema: schema.clone(),
            packages: packages.clone(),
            domains,
            connections: config.connections.clone(),
            clock: assembly.clock.clone(),
            compute: assembly.compute.clone(),
            tail: tail.clone(),
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
        head,
        sync,
    })
}

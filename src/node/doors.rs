//! The doors: gRPC servers, each a role.

use std::net::TcpListener;
use std::sync::Arc;

use super::domain::DomainPorts;
use super::participant::ParticipantParts;
use super::start::{Assembly, StartError};
use crate::config::{DomainConfig, ParticipantConfig, RoleKind};
use crate::domain::sequencer;
use crate::domain::sequencer::public_api::{AuthenticationBounds, PublicApi};
use crate::participant::admin_api::AdminApi;
use crate::participant::ledger_api::{self, LedgerApi};
use crate::participant::submission::SyncPort;
use crate::participant::updates::{self, ReadModel};
use crate::runtime::Handle;

/// The public API of a sequencer, for members in other processes.
pub(super) fn start_public_api(
    assembly: &mut Assembly<'_>,
    config: &DomainConfig,
    ports: &DomainPorts,
    listener: TcpListener,
) {
    if assembly.runs(&config.name, RoleKind::Sequencer) {
        let role = PublicApi {
            component: config.name.clone(),
            listener,
            health: assembly.health.clone(),
            sequencer: ports.door.clone(),
            service: Arc::clone(&ports.service),
            request_bytes_max: sequencer::Config::default().request_bytes_max,
            bounds: AuthenticationBounds::default(),
            clock: assembly.clock.clone(),
        };
        let handle = Handle::new(&format!("{}.public-api", config.name));
        assembly.supervise_soft(role, handle);
    }
}

/// The Admin API of a participant.
pub(super) fn start_admin_api(
    assembly: &mut Assembly<'_>,
    config: &ParticipantConfig,
    sync: Arc<dyn SyncPort>,
    listener: TcpListener,
) {
    if assembly.runs(&config.name, RoleKind::Sync) {
        let door = AdminApi {
            component: config.name.clone(),
            listener,
            sync,
            health: assembly.health.clone(),
        };
        let handle = Handle::new(&format!("{}.admin-api", config.name));
        assembly.supervise_soft(door, handle);
    }
}

/// The Ledger API of a participant.
pub(super) fn start_ledger_api(
    assembly: &mut Assembly<'_>,
    config: &ParticipantConfig,
    parts: ParticipantParts,
    listener: TcpListener,
) -> Result<(), StartError> {
    if !assembly.runs(&config.name, RoleKind::LedgerApi) {
        return Ok(());
    }
    let database = assembly.database(&config.database)?;
    let model = ReadModel::new(
        updates::Config::default(),
        database.clone(),
        parts.schema.clone(),
        parts.head,
        parts.packages,
        assembly.compute.clone(),
        Arc::clone(&parts.sync),
    );
    let role = LedgerApi {
        component: config.name.clone(),
        config: ledger_api::Config::default(),
        listener,
        model,
        sync: parts.sync,
        clock: assembly.clock.clone(),
        database,
        schema: parts.schema,
        health: assembly.health.clone(),
    };
    let handle = Assembly::handle(&config.name, RoleKind::LedgerApi);
    assembly.supervise(role, handle);
    Ok(())
}

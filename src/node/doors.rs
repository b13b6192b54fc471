//! The doors: gRPC servers, each a role.

use std::net::TcpListener;

use super::participant::ParticipantParts;
use super::start::{Assembly, StartError};
use crate::config::{DomainConfig, ParticipantConfig, RoleKind};
use crate::participant::ledger_api::{self, LedgerApi};
use crate::participant::updates::{self, ReadModel};

pub(super) fn start_public_api(_: &mut Assembly<'_>, _: &DomainConfig, _: TcpListener) {}

pub(super) fn start_admin_api(_: &mut Assembly<'_>, _: &ParticipantConfig, _: TcpListener) {}

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

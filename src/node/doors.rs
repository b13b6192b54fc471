//! The doors: gRPC servers, each a role.

use std::net::TcpListener;

use super::participant::ParticipantParts;
use super::start::{Assembly, StartError};
use crate::config::{DomainConfig, ParticipantConfig};

pub(super) fn start_public_api(_: &mut Assembly<'_>, _: &DomainConfig, _: TcpListener) {}

pub(super) fn start_admin_api(_: &mut Assembly<'_>, _: &ParticipantConfig, _: TcpListener) {}

pub(super) fn start_ledger_api(
    _: &mut Assembly<'_>,
    _: &ParticipantConfig,
    _: ParticipantParts,
    _: TcpListener,
) -> Result<(), StartError> {
    Ok(())
}

//! Where a process listens: bound before anything else happens.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

use super::start::StartError;
use crate::config::{Endpoint, NodeConfig};

/// The addresses of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addresses {
    /// By the participant's name.
    pub participants: BTreeMap<String, ParticipantAddresses>,
    /// The sequencers' APIs, by the domain's name.
    pub domains: BTreeMap<String, SocketAddr>,
    /// Health and metrics.
    pub monitoring: Option<SocketAddr>,
}

/// The addresses of a participant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParticipantAddresses {
    /// The Ledger API.
    pub ledger_api: Option<SocketAddr>,
    /// The admin API.
    pub admin_api: Option<SocketAddr>,
}

/// The sockets behind the addresses.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    pub ledger_apis: BTreeMap<String, TcpListener>,
    pub admin_apis: BTreeMap<String, TcpListener>,
    pub public_apis: BTreeMap<String, TcpListener>,
    pub monitoring: Option<TcpListener>,
}

impl Listeners {
    /// Binds everything that a configuration names.
    pub(super) fn bind(config: &NodeConfig) -> Result<Self, StartError> {
        let mut listeners = Self::default();
        for participant in &config.participants {
            let name = &participant.name;
            bind_into(
                &mut listeners.ledger_apis,
                name,
                participant.ledger_api.as_ref(),
            )?;
            bind_into(
                &mut listeners.admin_apis,
                name,
                participant.admin_api.as_ref(),
            )?;
        }
        for domain in &config.domains {
            let name = &domain.name;
            bind_into(&mut listeners.public_apis, name, domain.public_api.as_ref())?;
        }
        listeners.monitoring = config.monitoring.as_ref().map(bind).transpose()?;
        Ok(listeners)
    }

    /// The addresses that they have.
    pub(super) fn addresses(&self) -> Addresses {
        let address = |listener: &TcpListener| listener.local_addr().ok();
        let mut addresses = Addresses {
            monitoring: self.monitoring.as_ref().and_then(address),
            ..Addresses::default()
        };
        for (name, listener) in &self.ledger_apis {
            let participant = addresses.participants.entry(name.clone()).or_default();
            participant.ledger_api = address(listener);
        }
        for (name, listener) in &self.admin_apis {
            let participant = addresses.participants.entry(name.clone()).or_default();
            participant.admin_api = address(listener);
        }
        for (name, listener) in &self.public_apis {
            if let Some(address) = address(listener) {
                addresses.domains.insert(name.clone(), address);
            }
        }
        addresses
    }
}

fn bind_into(
    listeners: &mut BTreeMap<String, TcpListener>,
    name: &str,
    endpoint: Option<&Endpoint>,
) -> Result<(), StartError> {
    if let Some(endpoint) = endpoint {
        listeners.insert(name.to_owned(), bind(endpoint)?);
    }
    Ok(())
}

fn bind(endpoint: &Endpoint) -> Result<TcpListener, StartError> {
    let listener = endpoint.bind().map_err(StartError::Address)?;
    listener
        .set_nonblocking(true)
        .map_err(|error| StartError::Address(error.to_string()))?;
    Ok(listener)
}

//! `DomainConnectivityService`: connect, disconnect, list.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::answer;
use crate::model::{NAME_RULE, is_name};
use crate::participant::errors::Refusal;
use crate::participant::submission::{DomainConnection, DomainState, DomainStatus, SyncPort};
use crate::wire::admin as wire;
use wire::domain_connectivity_service_server::DomainConnectivityService;

/// The service.
pub(super) struct Connectivity(pub Arc<dyn SyncPort>);

#[tonic::async_trait]
impl DomainConnectivityService for Connectivity {
    async fn connect_domain(
        &self,
        request: Request<wire::ConnectDomainRequest>,
    ) -> Result<Response<wire::ConnectDomainResponse>, Status> {
        let connected = match connection(request.into_inner()) {
            Ok(connection) => self.0.connect_domain(connection).await,
            Err(refusal) => Err(refusal),
        };
        answer(connected.map(|status| wire::ConnectDomainResponse {
            domain: Some(told(status)),
        }))
    }

    async fn disconnect_domain(
        &self,
        request: Request<wire::DisconnectDomainRequest>,
    ) -> Result<Response<wire::DisconnectDomainResponse>, Status> {
        let done = self.0.disconnect_domain(request.into_inner().alias).await;
        answer(done.map(|()| wire::DisconnectDomainResponse {}))
    }

    async fn list_domains(
        &self,
        _: Request<wire::ListDomainsRequest>,
    ) -> Result<Response<wire::ListDomainsResponse>, Status> {
        let domains = self.0.domains().await;
        answer(domains.map(|domains| wire::ListDomainsResponse {
            domains: domains.into_iter().map(told).collect(),
        }))
    }
}

fn connection(request: wire::ConnectDomainRequest) -> Result<DomainConnection, Refusal> {
    let alias = request.alias;
    if !is_name(&alias) {
        return Err(Refusal::invalid_field(
            "alias",
            format!("{alias:?} is not {NAME_RULE}"),
        ));
    }
    // https comes with TLS
    if !request.address.starts_with("http://") {
        return Err(Refusal::invalid_field(
            "address",
            format!(
                "{:?} is not an address like http://HOST:PORT",
                request.address
            ),
        ));
    }
    Ok(DomainConnection {
        alias,
        address: request.address,
        priority: request.priority,
        is_enabled: true,
        domain: None,
    })
}

fn told(status: DomainStatus) -> wire::Domain {
    let (state, trouble) = match status.state {
        DomainState::Connected => (wire::domain::State::Connected, None),
        DomainState::Connecting(trouble) => (wire::domain::State::Connecting, trouble),
        DomainState::Disconnected => (wire::domain::State::Disconnected, None),
    };
    wire::Domain {
        alias: status.alias,
        id: status.id.map_or_else(String::new, |id| id.to_string()),
        address: status.address.unwrap_or_default(),
        priority: status.priority,
        state: state.into(),
        trouble: trouble.unwrap_or_default(),
    }
}

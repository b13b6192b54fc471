//! The server.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic_health::pb::health_server::HealthServer;

use super::connectivity::Connectivity;
use super::hosting::PartyHosting;
use super::keys::Keys;
use super::topology::Topology;
use crate::grpc::{GrpcHealth, incoming, reflection, serve_until_told, unimplemented_otherwise};
use crate::participant::submission::SyncPort;
use crate::runtime::health::{Health, State};
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, shutdown};
use crate::wire::admin::DESCRIPTORS;
use crate::wire::admin::domain_connectivity_service_server::DomainConnectivityServiceServer;
use crate::wire::admin::key_service_server::KeyServiceServer;
use crate::wire::admin::party_hosting_service_server::PartyHostingServiceServer;
use crate::wire::admin::topology_service_server::TopologyServiceServer;

/// The services, as clients name them.
const SERVICES: [&str; 4] = [
    "jura.admin.v1.DomainConnectivityService",
    "jura.admin.v1.KeyService",
    "jura.admin.v1.PartyHostingService",
    "jura.admin.v1.TopologyService",
];

/// What is said about calls of anything else.
const UNIMPLEMENTED: &str = "the Admin API has no such call: reflection lists what there is";

/// The role that serves the Admin API of a participant.
pub struct AdminApi {
    /// Whose health it tells.
    pub component: String,
    /// Where it listens. Bound once: when the role is built anew, no connection is refused.
    pub listener: TcpListener,
    /// Whom it asks.
    pub sync: Arc<dyn SyncPort>,
    /// How everybody is.
    pub health: Health,
}

impl Role for AdminApi {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let (stop, signal) = shutdown::channel();
            let mut builder = RoutesBuilder::default();
            let sync = || Arc::clone(&self.sync);
            builder.add_service(DomainConnectivityServiceServer::new(Connectivity(sync())));
            builder.add_service(PartyHostingServiceServer::new(PartyHosting(sync())));
            builder.add_service(TopologyServiceServer::new(Topology(sync())));
            builder.add_service(KeyServiceServer::new(Keys(sync())));
            builder.add_service(HealthServer::new(GrpcHealth::new(
                self.health.clone(),
                self.component.clone(),
                SERVICES.to_vec(),
                signal.clone(),
            )));
            reflection(&mut builder, &[DESCRIPTORS])?;
            let routes = unimplemented_otherwise(builder.routes(), UNIMPLEMENTED);
            let serving = Server::builder()
                .add_routes(routes)
                .serve_with_incoming_shutdown(incoming(&self.listener)?, async move {
                    signal.fired().await;
                });
            context.health.set(State::Ok);
            serve_until_told(inbox, &stop, serving).await
        })
    }
}

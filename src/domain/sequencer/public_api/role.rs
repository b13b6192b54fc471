//! The server.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic_health::pb::health_server::HealthServer;

use super::access::Access;
use super::authentication::{Authentication, Bounds};
use super::authentication_service::AuthenticationService;
use super::domain_service::DomainService;
use super::sequencer_service::SequencerService;
use crate::domain::sequencer::{InProcessSequencer, SequencerMessage};
use crate::grpc::{GrpcHealth, incoming, reflection, serve_until_told};
use crate::runtime::clock::Clock;
use crate::runtime::health::{Health, State};
use crate::runtime::shutdown::{self, Signal};
use crate::runtime::{Handle, Inbox, Role, RoleContext, RoleFailure};
use crate::sequencer_client::ServicePort;
use crate::wire;
use crate::wire::domain::domain_service_server::DomainServiceServer;
use crate::wire::sequencer::DESCRIPTORS;
use crate::wire::sequencer::sequencer_authentication_service_server::SequencerAuthenticationServiceServer;
use crate::wire::sequencer::sequencer_service_server::SequencerServiceServer;

/// The services, as clients name them.
const SERVICES: [&str; 3] = [
    "jura.domain.v1.DomainService",
    "jura.sequencer.v1.SequencerAuthenticationService",
    "jura.sequencer.v1.SequencerService",
];

/// What a request has around the envelopes' contents at most.
const REQUEST_OVERHEAD: usize = 1 << 20;

/// Calls on one connection at once. More wait.
const CALLS_PER_CONNECTION_MAX: usize = 1024;

/// The role that serves the public API of a sequencer.
pub struct PublicApi {
    /// The domain, as the health of the process knows it.
    pub component: String,
    /// Where it listens. Bound once: when the role is built anew, no connection is refused.
    pub listener: TcpListener,
    /// How everybody is.
    pub health: Health,
    /// The sequencer.
    pub sequencer: Handle<SequencerMessage>,
    /// The domain's service.
    pub service: Arc<dyn ServicePort>,
    /// A request's bytes at most.
    pub request_bytes_max: usize,
    /// Bounds of challenges, tokens and streams.
    pub bounds: Bounds,
    /// What time it is.
    pub clock: Clock,
}

impl Role for PublicApi {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let (stop, signal) = shutdown::channel();
            let serving = Server::builder()
                .concurrency_limit_per_connection(CALLS_PER_CONNECTION_MAX)
                .add_routes(self.routes(&signal)?.routes())
                .serve_with_incoming_shutdown(incoming(&self.listener)?, async move {
                    signal.fired().await;
                });
            context.health.set(State::Ok);
            serve_until_told(inbox, &stop, serving).await
        })
    }
}

impl PublicApi {
    fn routes(&self, stop: &Signal) -> Result<RoutesBuilder, RoleFailure> {
        let authentication = Authentication::new(self.bounds.clone());
        let access = Access::new(authentication, self.clock.clone());
        let mut builder = RoutesBuilder::default();
        builder.add_service(SequencerAuthenticationServiceServer::new(
            AuthenticationService {
                access: access.clone(),
                sequencer: self.sequencer.clone(),
            },
        ));
        let service = SequencerServiceServer::new(SequencerService {
            access,
            sequencer: InProcessSequencer(self.sequencer.clone()),
            stop: stop.clone(),
        });
        let request_max = self.request_bytes_max + REQUEST_OVERHEAD;
        builder.add_service(service.max_decoding_message_size(request_max));
        builder.add_service(DomainServiceServer::new(DomainService {
            service: Arc::clone(&self.service),
        }));
        builder.add_service(HealthServer::new(GrpcHealth::new(
            self.health.clone(),
            self.component.clone(),
            SERVICES.to_vec(),
            stop.clone(),
        )));
        reflection(&mut builder, &[DESCRIPTORS, wire::domain::DESCRIPTORS])?;
        Ok(builder)
    }
}

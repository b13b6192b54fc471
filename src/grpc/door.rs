//! A port whose own services are still to come: it tells how the node is, and says about everything
//! else that it is not there.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use tonic::service::RoutesBuilder;
use tonic::transport::Server;
use tonic_health::pb::health_server::HealthServer;

use super::health::GrpcHealth;
use super::serve::{LAST_REQUESTS, incoming, reflection, unimplemented_otherwise};
use crate::runtime::health::{Health, State};
use crate::runtime::{Inbox, Role, RoleContext, RoleFailure, shutdown};

/// The role that serves such a port.
#[derive(Debug)]
pub(crate) struct Door {
    /// Whose health it tells.
    pub(crate) component: String,
    /// Where it listens.
    pub(crate) listener: TcpListener,
    /// How everybody is.
    pub(crate) health: Health,
    /// What is said about calls.
    pub(crate) unimplemented: &'static str,
}

impl Role for Door {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        mut inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let (stop, signal) = shutdown::channel();
            let mut builder = RoutesBuilder::default();
            let health = GrpcHealth::new(
                self.health.clone(),
                self.component.clone(),
                Vec::new(),
                signal.clone(),
            );
            builder.add_service(HealthServer::new(health));
            reflection(&mut builder, &[])?;
            let routes = unimplemented_otherwise(builder.routes(), self.unimplemented);
            let serving = Server::builder()
                .add_routes(routes)
                .serve_with_incoming_shutdown(incoming(&self.listener)?, async move {
                    signal.fired().await;
                });
            tokio::pin!(serving);
            context.health.set(State::Ok);
            tokio::select! {
                // nothing is ever sent: the inbox ends when the role is to stop
                _ = inbox.recv() => {
                    stop.fire();
                    // whoever does not end in time is cut off
                    let _ = tokio::time::timeout(LAST_REQUESTS, serving).await;
                    Ok(())
                }
                served = &mut serving => {
                    served.map_err(|error| RoleFailure::because("the server failed", error))
                }
            }
        })
    }
}

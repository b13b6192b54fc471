//! `grpc.health.v1`: whether requests are worth sending.
//!
//! The empty service is the component behind the port; `liveness` is this server; every component has
//! its name, and every service of the port is as well as its component.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tonic::{Request, Response, Status};
use tonic_health::pb;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::Health as HealthService;

use crate::runtime::health::{Health, State};
use crate::runtime::shutdown::Signal;

/// What tells that the process answers.
const LIVENESS: &str = "liveness";

/// The service.
#[derive(Debug, Clone)]
pub(crate) struct GrpcHealth(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    health: Health,
    /// Who is behind the port.
    component: String,
    services: Vec<&'static str>,
    stop: Signal,
}

impl GrpcHealth {
    /// Tells how a component with these services is.
    pub(crate) fn new(
        health: Health,
        component: String,
        services: Vec<&'static str>,
        stop: Signal,
    ) -> Self {
        Self(Arc::new(Inner {
            health,
            component,
            services,
            stop,
        }))
    }

    /// The status of a service; none if there is no such service.
    fn status(&self, service: &str) -> Option<ServingStatus> {
        let state = match service {
            LIVENESS => Some(State::Ok),
            "" => self.0.health.state(&self.0.component),
            name if self.0.services.contains(&name) => self.0.health.state(&self.0.component),
            name => self.0.health.state(name),
        };
        state.map(|state| {
            if state.is_ready() {
                ServingStatus::Serving
            } else {
                ServingStatus::NotServing
            }
        })
    }
}

#[tonic::async_trait]
impl HealthService for GrpcHealth {
    async fn check(
        &self,
        request: Request<pb::HealthCheckRequest>,
    ) -> Result<Response<pb::HealthCheckResponse>, Status> {
        let service = request.into_inner().service;
        let status = self
            .status(&service)
            .ok_or_else(|| Status::not_found(format!("there is no service \"{service}\"")))?;
        Ok(Response::new(response(status)))
    }

    type WatchStream = BoxStream<'static, Result<pb::HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        request: Request<pb::HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let service = request.into_inner().service;
        let changes = self.0.health.changes();
        let state = (self.clone(), service, changes, None);
        let statuses = stream::unfold(state, |(this, service, mut changes, mut told)| async move {
            loop {
                let status = this.status(&service);
                let status = status.unwrap_or(ServingStatus::ServiceUnknown);
                if told != Some(status) {
                    told = Some(status);
                    return Some((Ok(response(status)), (this, service, changes, told)));
                }
                tokio::select! {
                    change = changes.changed() => change.ok()?,
                    () = this.0.stop.fired() => return None,
                }
            }
        });
        Ok(Response::new(statuses.boxed()))
    }
}

fn response(status: ServingStatus) -> pb::HealthCheckResponse {
    pb::HealthCheckResponse {
        status: status as i32,
    }
}

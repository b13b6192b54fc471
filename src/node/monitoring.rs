//! Health and metrics over HTTP.
//!
//! `/health` and `/health/ready`: 200 while everything critical serves, else 503. `/health/live`:
//! 200 while the process answers at all. All show the tree of components. `/metrics` for Prometheus.

use std::convert::Infallible;
use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::routing::get;

use super::start::Assembly;
use crate::runtime::health::{Health, State, Tree};
use crate::runtime::{Handle, Inbox, Role, RoleContext, RoleFailure};
use crate::telemetry::Metrics;

/// The role that serves health and metrics.
struct Monitoring {
    listener: TcpListener,
    health: Health,
    metrics: Metrics,
}

/// Starts to serve at a listener.
pub(super) fn start(assembly: &mut Assembly<'_>, listener: TcpListener, metrics: Metrics) {
    let role = Monitoring {
        listener,
        health: assembly.health.clone(),
        metrics,
    };
    assembly.supervise(role, Handle::new("monitoring"));
}

impl Role for Monitoring {
    type Message = Infallible;

    fn run(
        self: Arc<Self>,
        context: RoleContext,
        mut inbox: Inbox<Infallible>,
    ) -> Pin<Box<dyn Future<Output = Result<(), RoleFailure>>>> {
        Box::pin(async move {
            let failed = |error| RoleFailure::because("cannot serve health and metrics", error);
            let listener = self.listener.try_clone().map_err(failed)?;
            let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
            let (health, metrics) = (self.health.clone(), self.metrics.clone());
            context.health.set(State::Ok);
            tokio::select! {
                served = axum::serve(listener, router(health, metrics)) => served.map_err(failed),
                _ = inbox.recv() => Ok(()),
            }
        })
    }
}

fn router(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/health", get(ready))
        .route("/health/ready", get(ready))
        .route("/health/readiness", get(ready))
        .route("/health/live", get(live))
        .route("/health/liveness", get(live))
        .with_state(health)
        .route("/metrics", get(async move || metrics.render()))
}

async fn ready(Shared(health): Shared<Health>) -> (StatusCode, Json<Tree>) {
    let status = if health.overall().is_ready() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(health.tree()))
}

async fn live(Shared(health): Shared<Health>) -> (StatusCode, Json<Tree>) {
    (StatusCode::OK, Json(health.tree()))
}

//! The layer around all services.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

use super::body::{Answer, Call, Question};
use super::library::reword;
use super::meters::Meters;
use super::trace::RequestTrace;

/// Puts [`Telemetry`] around services.
#[derive(Debug, Clone, Default)]
pub(crate) struct TelemetryLayer(Arc<Meters>);

/// A service whose requests are traced, counted and logged.
#[derive(Debug, Clone)]
pub(crate) struct Telemetry<S> {
    inner: S,
    meters: Arc<Meters>,
}

impl<S> Layer<S> for TelemetryLayer {
    type Service = Telemetry<S>;

    fn layer(&self, inner: S) -> Telemetry<S> {
        Telemetry {
            inner,
            meters: Arc::clone(&self.0),
        }
    }
}

impl<S> Service<Request<Body>> for Telemetry<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let method = self.meters.of(request.uri().path());
        let call = Call::begin(Arc::clone(&method));
        let trace = RequestTrace::of(request.headers());
        let trace_id = Arc::clone(&trace.id);
        let path = request.uri().path().to_owned();
        tracing::debug!(tid = %trace.id, path, "request");
        request.extensions_mut().insert(trace);
        let request = request.map(|body| Body::new(Question::new(body, method)));
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            reword(&mut response, &path, &trace_id);
            let (parts, body) = response.into_parts();
            let body = Body::new(Answer::new(body, &parts.headers, call));
            Ok(Response::from_parts(parts, body))
        })
    }
}

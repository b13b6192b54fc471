//! Logs and metrics.
//!
//! Set up once per process, before anything else: [`init_logging`] for `tracing`, [`Metrics`] for
//! Prometheus. Libraries and roles only emit.

mod logging;
mod metrics;

pub use logging::{LogConfig, LogFormat, init_logging};
pub use metrics::Metrics;

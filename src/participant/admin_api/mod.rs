//! The Admin API of a participant, for whoever runs it: the domains that it is connected to, who hosts
//! which party, who is who, new keys. Nothing of it is needed to run commands.
//!
//! Each service only reads what it is asked, asks sync, and writes what sync says.

mod connectivity;
mod hosting;
mod keys;
mod topology;

mod role;

pub use role::AdminApi;

use tonic::{Response, Status};

use super::errors::{Category, Refusal};
use super::ledger_api::status::{Correlation, render, to_grpc};
use crate::model::DomainId;

/// The answer as the gRPC library sends it.
fn answer<T>(result: Result<T, Refusal>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|refusal| {
        if refusal.category() == Category::SystemInternalAssumptionViolated {
            tracing::error!(%refusal, "administration failed");
        } else {
            tracing::info!(%refusal, "administration refused");
        }
        let nothing = Correlation {
            id: None,
            trace_id: None,
        };
        to_grpc(render(&refusal, nothing))
    })
}

/// A domain that may be left out.
fn domain(text: &str) -> Result<Option<DomainId>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = DomainId::parse(text);
    parsed
        .map(Some)
        .map_err(|error| Refusal::invalid_field("domain", error))
}

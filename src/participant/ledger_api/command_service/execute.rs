//! What both calls that wait have in common.

use std::sync::Arc;
use std::time::Duration;

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::context::Context;
use super::super::door::Door;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Body, Entry, Transaction};
use crate::participant::submission::Submission;

/// The answer should reach the client before he stops waiting.
const WAY_BACK: Duration = Duration::from_millis(5);

/// A transaction that a submission became.
pub(super) struct Accepted(Arc<Entry>);

/// Submits and waits for the outcome. The commands as the client wrote them are for those who inspect
/// them later.
///
/// # Errors
/// Why the submission changed nothing, or why its outcome is not known.
pub(super) async fn execute(
    door: &Door,
    context: &Context,
    submission: Submission,
    commands: Vec<proto::Command>,
) -> Result<Accepted, Refusal> {
    let patience = match context.patience() {
        None => door.config.default_tracking_timeout,
        Some(Duration::ZERO) => {
            return Err(Refusal::new(
                ErrorId::RequestDeadlineExceeded,
                "The gRPC deadline for request has expired before the request was processed.",
            ));
        }
        Some(patience) => patience
            .saturating_sub(WAY_BACK)
            .min(door.config.default_tracking_timeout),
    };
    let waiting = door.tracker.register(&submission)?;
    door.submit(submission, commands).await?;
    let entry = waiting.outcome(patience).await?;
    match &entry.body {
        Body::Rejection(rejection) => Err(rejection.refusal.clone()),
        Body::Transaction(_) => Ok(Accepted(entry)),
        Body::Hosting(_) => Err(Refusal::internal("a topology event as completion")),
    }
}

impl Accepted {
    /// The entry.
    pub(super) fn entry(&self) -> &Arc<Entry> {
        &self.0
    }

    /// The transaction.
    pub(super) fn transaction(&self) -> Option<&Transaction> {
        match &self.0.body {
            Body::Transaction(transaction) => Some(transaction),
            Body::Rejection(_) | Body::Hosting(_) => None,
        }
    }
}

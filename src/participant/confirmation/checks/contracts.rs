//! Are the contracts used what their ids say, and not of the future?

use super::{Request, malformed, refused};
use crate::participant::errors::ErrorId;
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    for (id, instance) in request.inputs {
        if let Err(error) = instance.authenticate(id) {
            return Err(malformed(error.to_string()));
        }
        if instance.created_at > request.view.ledger_time {
            return Err(refused(
                ErrorId::LocalVerdictLedgerTimeOutOfBound,
                format!(
                    "the ledger time {} is before contract {id} was created ({})",
                    request.view.ledger_time, instance.created_at
                ),
            ));
        }
    }
    Ok(())
}

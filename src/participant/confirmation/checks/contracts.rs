//! Are the contracts used what their ids say, and not of the future?

use super::{Request, malformed, refused};
use crate::participant::confirmation::Problem;
use crate::participant::errors::ErrorId;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let ledger_time = request.times.ledger_time;
    for (id, instance) in request.inputs {
        if let Err(error) = instance.authenticate(id) {
            return Err(malformed(error.to_string()));
        }
        if instance.created_at > ledger_time {
            return Err(refused(
                ErrorId::LocalVerdictLedgerTimeOutOfBound,
                format!(
                    "the ledger time {ledger_time} is before contract {id} was created ({})",
                    instance.created_at
                ),
            ));
        }
    }
    Ok(())
}

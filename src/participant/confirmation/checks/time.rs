//! Are the request's times near enough to its sequencing time?

use super::{Request, refused};
use crate::model::{Duration, Timestamp};
use crate::participant::confirmation::Problem;
use crate::participant::errors::ErrorId;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let parameters = request.topology.parameters();
    let sequenced = request.id.0;
    let ledger_time = request.times.ledger_time;
    let tolerance = parameters.ledger_time_tolerance;
    if distance(sequenced, ledger_time) > tolerance {
        return Err(refused(
            ErrorId::LocalVerdictLedgerTimeOutOfBound,
            format!(
                "the ledger time {ledger_time} is more than {}s away from the sequencing time \
                 {sequenced}",
                tolerance.micros() / 1_000_000
            ),
        ));
    }
    let preparation_time = request.times.preparation_time;
    let tolerance = parameters.preparation_time_tolerance;
    if distance(sequenced, preparation_time) > tolerance {
        return Err(refused(
            ErrorId::LocalVerdictPreparationTimeOutOfBound,
            format!(
                "the preparation time {preparation_time} is more than {}s away from the \
                 sequencing time {sequenced}",
                tolerance.micros() / 1_000_000
            ),
        ));
    }
    Ok(())
}

fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

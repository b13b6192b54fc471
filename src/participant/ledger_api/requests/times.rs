//! Times and spans of time.

use crate::model::{Duration, Timestamp};
use crate::participant::errors::Refusal;

/// Microseconds in a span or since 1970.
fn micros(seconds: i64, nanos: i32) -> i128 {
    i128::from(seconds) * 1_000_000 + i128::from(nanos.div_euclid(1_000))
}

/// A time in a field; one that is too early for the ledger is its first.
pub(crate) fn timestamp(time: prost_types::Timestamp) -> Result<Timestamp, Refusal> {
    let micros = micros(time.seconds, time.nanos);
    if micros < i128::from(Timestamp::MIN.micros()) {
        return Ok(Timestamp::MIN);
    }
    let in_range = i64::try_from(micros).ok();
    in_range
        .and_then(|micros| Timestamp::from_micros(micros).ok())
        .ok_or_else(|| {
            Refusal::invalid_argument(format!(
                "Can not represent command ledger time {}s as a Daml timestamp",
                time.seconds
            ))
        })
}

/// A span of time, which may be negative.
pub(super) fn duration(span: prost_types::Duration) -> Result<Duration, Refusal> {
    i64::try_from(micros(span.seconds, span.nanos))
        .map(Duration::from_micros)
        .map_err(|_| {
            Refusal::invalid_argument(format!("Can not represent a span of {}s", span.seconds))
        })
}

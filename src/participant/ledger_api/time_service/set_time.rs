//! `SetTime`: time only goes on.

use canton_proto::com::daml::ledger::api::v2::testing as proto;

use super::super::door::Door;
use super::super::requests::{present, timestamp};
use crate::participant::errors::Refusal;
use crate::runtime::clock::SetTimeError;

pub(super) fn call(door: &Door, request: &proto::SetTimeRequest) -> Result<(), Refusal> {
    let current = timestamp(present(request.current_time, "current_time")?)?;
    let new = timestamp(present(request.new_time, "new_time")?)?;
    door.clock.set(current, new).map_err(|error| match error {
        SetTimeError::Mismatch(actual) => Refusal::invalid_argument(format!(
            "current_time mismatch. Provided: {current}. Actual: {actual}"
        )),
        SetTimeError::Backwards { current, new } => Refusal::invalid_argument(format!(
            "new_time [{new}] is before current_time [{current}]. Setting time backwards is not \
             allowed."
        )),
        SetTimeError::TooLate { .. } => Refusal::invalid_argument(error),
        SetTimeError::NotStatic => Refusal::unimplemented(error),
    })
}

//! `GetTime`.

use canton_proto::com::daml::ledger::api::v2::testing as proto;

use super::super::answers::timestamp;
use super::super::door::Door;
use crate::participant::errors::Refusal;

#[allow(clippy::unnecessary_wraps, reason = "the shape of all calls")]
pub(super) fn call(door: &Door) -> Result<proto::GetTimeResponse, Refusal> {
    Ok(proto::GetTimeResponse {
        current_time: Some(timestamp(door.clock.now())),
    })
}

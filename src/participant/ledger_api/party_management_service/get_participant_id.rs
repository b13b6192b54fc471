//! `GetParticipantId`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::door::Door;
use crate::participant::errors::Refusal;

pub(super) async fn call(door: &Door) -> Result<proto::GetParticipantIdResponse, Refusal> {
    Ok(proto::GetParticipantIdResponse {
        participant_id: door.participant().await?.to_string(),
    })
}

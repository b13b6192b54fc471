//! `SubmitReassignment`: refused, since there is one synchronizer only.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::super::requests::refused_reassignment;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: proto::SubmitReassignmentRequest,
) -> Result<proto::SubmitReassignmentResponse, Refusal> {
    let connected = door.domains().await?;
    Err(refused_reassignment(
        request.reassignment_commands,
        &connected,
    ))
}

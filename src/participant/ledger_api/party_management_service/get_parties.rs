//! `GetParties`: those that are known; others are left out.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::parties;
use super::details::with_notes;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::GetPartiesRequest,
) -> Result<proto::GetPartiesResponse, Refusal> {
    identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let asked = parties(&request.parties)?;
    let known = door.model.parties(&asked).await?;
    Ok(proto::GetPartiesResponse {
        party_details: with_notes(door, &known).await?,
    })
}

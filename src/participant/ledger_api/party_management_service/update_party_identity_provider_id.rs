//! `UpdatePartyIdentityProviderId`: there is no identity provider but the participant's own.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{identity_provider, known_identity_provider};
use super::super::door::Door;
use super::super::requests::party;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::UpdatePartyIdentityProviderIdRequest,
) -> Result<proto::UpdatePartyIdentityProviderIdResponse, Refusal> {
    let party = party(&request.party)?;
    let source = &request.source_identity_provider_id;
    let source = identity_provider(source, "source_identity_provider_id")?;
    let target = &request.target_identity_provider_id;
    let target = identity_provider(target, "target_identity_provider_id")?;
    known_identity_provider(&source)?;
    known_identity_provider(&target)?;
    let known = door.model.parties(&[party.clone()].into()).await?.pop();
    known.ok_or_else(|| super::not_found("updating party's identity provider", &party))?;
    Ok(proto::UpdatePartyIdentityProviderIdResponse {})
}

//! `UpdatePartyDetails`: what is noted about a party.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::{
    Annotations, UpdateError, UpdateMask, check_annotations, identity_provider,
    known_identity_provider, resource_version,
};
use super::super::door::Door;
use super::super::requests::{party, present};
use super::details::details;
use crate::model::Party;
use crate::participant::errors::{ErrorId, Refusal};

/// The fields that a mask can name.
const FIELDS: &[&str] = &[
    "party",
    "is_local",
    "local_metadata.annotations",
    "local_metadata.resource_version",
    "identity_provider_id",
];

/// What is to be changed.
struct Change {
    party: Party,
    version: Option<i64>,
    is_local: Option<bool>,
    annotations: Option<Annotations>,
}

pub(super) async fn call(
    door: &Door,
    request: proto::UpdatePartyDetailsRequest,
) -> Result<proto::UpdatePartyDetailsResponse, Refusal> {
    let change = Change::new(request)?;
    let party = &change.party;
    let known = door.model.parties(&[party.clone()].into()).await?.pop();
    let known = known.ok_or_else(|| super::not_found("updating a party record", party))?;
    if change.is_local.is_some_and(|asked| asked != known.is_local) {
        return Err(invalid(
            party,
            "Update request attempted to modify not-modifiable 'is_local' attribute",
        ));
    }
    let records = &door.party_records;
    let changed = records
        .update(party, change.version, change.annotations.as_ref())
        .await?;
    let changed = changed.map_err(|error| refusal(error, party))?;
    Ok(proto::UpdatePartyDetailsResponse {
        party_details: Some(details(&known, Some(&changed))),
    })
}

impl Change {
    fn new(request: proto::UpdatePartyDetailsRequest) -> Result<Self, Refusal> {
        let asked = present(request.party_details, "party_details")?;
        let party = party(&asked.party)?;
        let metadata = asked.local_metadata.unwrap_or_default();
        let version = resource_version(&metadata.resource_version, "party_details.local_metadata")?;
        let field = "party_details.local_metadata.annotations";
        let annotations = check_annotations(metadata.annotations, true, field)?;
        let mask = present(request.update_mask, "update_mask")?;
        let provider = identity_provider(&asked.identity_provider_id, "identity_provider_id")?;
        known_identity_provider(&provider)?;
        let mask =
            UpdateMask::new(&mask, FIELDS).map_err(|error| invalid(&party, &error.to_string()))?;
        let none = Annotations::new();
        Ok(Self {
            version,
            // whoever names it says what it is
            is_local: mask.change("is_local", asked.is_local, &false),
            annotations: mask.change("local_metadata.annotations", annotations, &none),
            party,
        })
    }
}

fn invalid(party: &Party, reason: &str) -> Refusal {
    Refusal::new(
        ErrorId::InvalidPartyDetailsUpdateRequest,
        format!("Update operation for party '{party}' failed due to: {reason}"),
    )
    .about("PARTY", party.as_str())
}

fn refusal(error: UpdateError, party: &Party) -> Refusal {
    match error {
        UpdateError::NotFound => super::not_found("updating a participant party record", party),
        UpdateError::Concurrent => Refusal::new(
            ErrorId::ConcurrentPartyDetailsUpdateDetected,
            format!(
                "Update operation for party '{party}' failed due to a concurrent update to the \
                 same party"
            ),
        )
        .about("PARTY", party.as_str()),
        UpdateError::TooLarge => Refusal::new(
            ErrorId::MaxPartyDetailsAnnotationsSizeExceeded,
            format!("Maximum annotations size for party '{party}' has been exceeded"),
        )
        .about("PARTY", party.as_str()),
    }
}

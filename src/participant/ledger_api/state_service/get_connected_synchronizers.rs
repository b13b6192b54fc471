//! `GetConnectedSynchronizers`: where a participant, or a party on it, can act.

use std::collections::BTreeSet;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::get_connected_synchronizers_response::ConnectedSynchronizer;

use super::super::door::Door;
use super::super::requests::{optional, party_field, unique_identifier};
use crate::model::{ParticipantId, Party};
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::GetConnectedSynchronizersRequest,
) -> Result<proto::GetConnectedSynchronizersResponse, Refusal> {
    let party = match request.party.as_str() {
        "" => None,
        text => Some(party_field(text, "party")?),
    };
    let participant = optional(&request.participant_id, "participant_id", |text| {
        unique_identifier(ParticipantId::parse)(text)
            .map_err(|error| format!("Unable to convert field `participant_id`: {error}"))
    })?;
    let permission = match party {
        None => proto::ParticipantPermission::Unspecified,
        Some(party) => {
            if !is_hosted(door, party, participant.as_ref()).await? {
                return Ok(proto::GetConnectedSynchronizersResponse::default());
            }
            proto::ParticipantPermission::Submission
        }
    };
    let connected = door.sync.connected_domains().await?.into_iter();
    Ok(proto::GetConnectedSynchronizersResponse {
        connected_synchronizers: connected
            .map(|domain| ConnectedSynchronizer {
                synchronizer_alias: domain.alias,
                synchronizer_id: domain.id.to_string(),
                permission: permission as i32,
            })
            .collect(),
    })
}

/// Whether a party is hosted by a participant; by this one if none is named.
async fn is_hosted(
    door: &Door,
    party: Party,
    participant: Option<&ParticipantId>,
) -> Result<bool, Refusal> {
    let known = door.model.parties(&BTreeSet::from([party])).await?;
    Ok(known.iter().any(|known| match participant {
        None => known.is_local,
        Some(id) => known.participants.iter().any(|host| host == id.as_str()),
    }))
}

//! Parties with what is noted about them.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::Metadata;
use super::super::door::Door;
use crate::participant::errors::Refusal;
use crate::participant::updates::KnownParty;

/// A party as a message.
pub(super) fn details(party: &KnownParty, metadata: Option<&Metadata>) -> proto::PartyDetails {
    proto::PartyDetails {
        party: party.party.to_string(),
        is_local: party.is_local,
        local_metadata: Some(metadata.map(Metadata::to_proto).unwrap_or_default()),
        identity_provider_id: String::new(),
    }
}

/// Parties as messages, with what is noted about each.
pub(super) async fn with_notes(
    door: &Door,
    parties: &[KnownParty],
) -> Result<Vec<proto::PartyDetails>, Refusal> {
    let names = parties.iter().map(|party| &party.party);
    let noted = door.party_records.get(names).await?;
    let parties = parties.iter();
    Ok(parties
        .map(|party| details(party, noted.get(&party.party)))
        .collect())
}

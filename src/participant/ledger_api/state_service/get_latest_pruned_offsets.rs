//! `GetLatestPrunedOffsets`. Divulged contracts go with the others.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use crate::participant::errors::Refusal;

pub(super) fn call(door: &Door) -> Result<proto::GetLatestPrunedOffsetsResponse, Refusal> {
    // before the indexer has started, nobody knows
    door.end()?;
    let pruned = door.model.pruned().get();
    Ok(proto::GetLatestPrunedOffsetsResponse {
        participant_pruned_up_to_inclusive: pruned,
        all_divulged_contracts_pruned_up_to_inclusive: pruned,
    })
}

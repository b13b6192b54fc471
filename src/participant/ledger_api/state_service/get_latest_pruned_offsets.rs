//! `GetLatestPrunedOffsets`: nothing was ever pruned.

use canton_proto::com::daml::ledger::api::v2 as proto;

use crate::participant::errors::Refusal;

#[allow(clippy::unnecessary_wraps, reason = "the shape of all calls")]
pub(super) fn call() -> Result<proto::GetLatestPrunedOffsetsResponse, Refusal> {
    Ok(proto::GetLatestPrunedOffsetsResponse {
        participant_pruned_up_to_inclusive: 0,
        all_divulged_contracts_pruned_up_to_inclusive: 0,
    })
}

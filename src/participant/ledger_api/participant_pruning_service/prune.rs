//! `Prune`: returns when everything up to an offset is deleted.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::door::Door;
use super::super::requests::positive;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: &proto::PruneRequest,
) -> Result<proto::PruneResponse, Refusal> {
    let beginning = door.model.head().beginning();
    if beginning.is_going() {
        return Err(Refusal::new(
            ErrorId::ParticipantPruningInProgress,
            "Pruning in progress. Please try later.",
        ));
    }
    if request.prune_up_to == 0 {
        return Err(Refusal::invalid_argument(
            "prune_up_to not specified or zero",
        ));
    }
    let expected = "the offset has to be a positive integer (>0)";
    let up_to = positive(request.prune_up_to, "prune_up_to", expected)?;
    let end = door.end()?;
    if up_to >= end {
        return Err(Refusal::new(
            ErrorId::OffsetOutOfRange,
            format!("prune_up_to needs to be before ledger end {end}"),
        ));
    }
    let of_this = [("phase", "underlyingLedger")];
    metrics::counter!("daml_services_pruning_prune_started_total", &of_this).increment(1);
    door.sync.prune(up_to).await?;
    beginning.wait_until_deleted(up_to).await;
    metrics::counter!("daml_services_pruning_prune_completed_total", &of_this).increment(1);
    Ok(proto::PruneResponse {})
}

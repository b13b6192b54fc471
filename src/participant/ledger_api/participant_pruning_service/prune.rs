//! `Prune`: what cannot be pruned is refused as ever, and so is the rest.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::door::Door;
use super::super::requests::positive;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) fn call(
    door: &Door,
    request: &proto::PruneRequest,
) -> Result<proto::PruneResponse, Refusal> {
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
    Err(Refusal::unimplemented("pruning"))
}

//! `ListPackages`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use crate::participant::errors::Refusal;

#[allow(clippy::unnecessary_wraps, reason = "the shape of all calls")]
pub(super) fn call(door: &Door) -> Result<proto::ListPackagesResponse, Refusal> {
    let known = door.model.packages().known();
    Ok(proto::ListPackagesResponse {
        package_ids: known.iter().map(|(id, _)| id.to_string()).collect(),
    })
}

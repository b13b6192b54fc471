//! `GetPackageStatus`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::package_id;
use crate::participant::errors::Refusal;

pub(super) fn call(
    door: &Door,
    request: &proto::GetPackageStatusRequest,
) -> Result<proto::GetPackageStatusResponse, Refusal> {
    let id = package_id(&request.package_id)?;
    let status = if door.model.packages().contains(&id) {
        proto::PackageStatus::Registered
    } else {
        proto::PackageStatus::Unspecified
    };
    Ok(proto::GetPackageStatusResponse {
        package_status: status as i32,
    })
}

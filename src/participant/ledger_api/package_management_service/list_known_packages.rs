//! `ListKnownPackages`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::answers::timestamp;
use super::super::door::Door;
use crate::participant::errors::Refusal;

#[allow(clippy::unnecessary_wraps, reason = "the shape of all calls")]
pub(super) fn call(door: &Door) -> Result<proto::ListKnownPackagesResponse, Refusal> {
    let known = door.model.packages().known();
    let details = known.iter().map(|(id, package)| proto::PackageDetails {
        package_id: id.to_string(),
        package_size: u64::try_from(package.size).unwrap_or(u64::MAX),
        known_since: Some(timestamp(package.known_since)),
        name: package.name.to_string(),
        version: package.version.to_string(),
    });
    Ok(proto::ListKnownPackagesResponse {
        package_details: details.collect(),
    })
}

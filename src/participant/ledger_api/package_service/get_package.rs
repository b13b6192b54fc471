//! `GetPackage`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::package_id;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: &proto::GetPackageRequest,
) -> Result<proto::GetPackageResponse, Refusal> {
    let id = package_id(&request.package_id)?;
    let payload = door.model.packages().payload(&id).await?;
    let payload = payload.ok_or_else(|| {
        Refusal::new(ErrorId::PackageNotFound, "Could not find package.")
            .about("PACKAGE", id.to_string())
    })?;
    Ok(proto::GetPackageResponse {
        hash_function: proto::HashFunction::Sha256 as i32,
        archive_payload: payload,
        hash: id.to_string(),
    })
}

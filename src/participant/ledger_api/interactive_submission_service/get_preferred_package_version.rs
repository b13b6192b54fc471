//! `GetPreferredPackageVersion`: for one package.

use canton_proto::com::daml::ledger::api::v2::interactive as proto;

use super::super::door::Door;
use super::preference::{Requirements, prefer, requirement, valid_at};
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::GetPreferredPackageVersionRequest,
) -> Result<proto::GetPreferredPackageVersionResponse, Refusal> {
    let fields = ["package_name", "parties"];
    let requirement = requirement(&request.package_name, &request.parties, fields)?;
    let requirements = Requirements::from([requirement]);
    let at = valid_at(door, request.vetting_valid_at)?;
    // that there is none is no error here
    let (domain, preferred) = prefer(door, &requirements, at, &request.synchronizer_id).await?;
    let reference = preferred.unwrap_or_default().into_values().next();
    Ok(proto::GetPreferredPackageVersionResponse {
        package_preference: reference.map(|reference| proto::PackagePreference {
            package_reference: Some(reference),
            synchronizer_id: domain.to_string(),
        }),
    })
}

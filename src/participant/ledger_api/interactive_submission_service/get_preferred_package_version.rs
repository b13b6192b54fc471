//! `GetPreferredPackageVersion`: for one package.

use canton_proto::com::daml::ledger::api::v2::interactive as proto;

use super::super::door::Door;
use super::preference::{Requirement, check, chosen_domain};
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::GetPreferredPackageVersionRequest,
) -> Result<proto::GetPreferredPackageVersionResponse, Refusal> {
    let fields = ["package_name", "parties"];
    let requirement = Requirement::new(&request.package_name, &request.parties, fields)?;
    let domain = chosen_domain(door, &request.synchronizer_id).await?;
    let topology = door.sync.topology().await?;
    let known = door.model.packages().known();
    check(std::slice::from_ref(&requirement), &topology, &known)?;
    let resolved = requirement.resolve(&topology, &known);
    Ok(proto::GetPreferredPackageVersionResponse {
        package_preference: resolved.map(|reference| proto::PackagePreference {
            package_reference: Some(reference),
            synchronizer_id: domain.to_string(),
        }),
    })
}

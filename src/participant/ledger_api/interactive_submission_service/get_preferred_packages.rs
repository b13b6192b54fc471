//! `GetPreferredPackages`: for several packages at once.

use canton_proto::com::daml::ledger::api::v2::interactive as proto;

use super::super::door::Door;
use super::preference::{Requirements, prefer, requirement, valid_at};
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: &proto::GetPreferredPackagesRequest,
) -> Result<proto::GetPreferredPackagesResponse, Refusal> {
    let requirements = &request.package_vetting_requirements;
    if requirements.is_empty() {
        return Err(Refusal::missing_field(
            "package_vetting_requirements/packageVettingRequirements",
        ));
    }
    let fields = ["package_name/packageName", "parties"];
    let requirements = requirements
        .iter()
        .map(|it| requirement(&it.package_name, &it.parties, fields));
    let requirements: Requirements = requirements.collect::<Result<_, _>>()?;
    let at = valid_at(door, request.vetting_valid_at)?;
    let (domain, preferred) = prefer(door, &requirements, at, &request.synchronizer_id).await?;
    let preferred = preferred.map_err(|reason| {
        Refusal::new(
            ErrorId::NoPreferredPackagesFound,
            format!("Failed to compute package preferences. Reason: {reason}"),
        )
    });
    Ok(proto::GetPreferredPackagesResponse {
        package_references: preferred?.into_values().collect(),
        synchronizer_id: domain.to_string(),
    })
}

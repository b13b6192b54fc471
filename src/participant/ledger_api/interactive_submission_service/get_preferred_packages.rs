//! `GetPreferredPackages`: for several packages at once.

use canton_proto::com::daml::ledger::api::v2::interactive as proto;

use super::super::door::Door;
use super::preference::{Requirement, check, chosen_domain};
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
        .map(|it| Requirement::new(&it.package_name, &it.parties, fields));
    let requirements: Vec<Requirement> = requirements.collect::<Result<_, _>>()?;
    let domain = chosen_domain(door, &request.synchronizer_id).await?;
    let topology = door.sync.topology().await?;
    let known = door.model.packages().known();
    check(&requirements, &topology, &known)?;
    let resolved = requirements.iter().map(|it| {
        it.resolve(&topology, &known).ok_or_else(|| {
            Refusal::new(
                ErrorId::NoPreferredPackagesFound,
                format!(
                    "Failed to compute package preferences. Reason: no version of {} is vetted by \
                     all participants concerned",
                    it.name
                ),
            )
        })
    });
    Ok(proto::GetPreferredPackagesResponse {
        package_references: resolved.collect::<Result<_, _>>()?,
        synchronizer_id: domain.to_string(),
    })
}

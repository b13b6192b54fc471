//! `UploadDarFile`: keeps the packages of a DAR, and vets them unless told not to.

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::upload_dar_file_request::VettingChange;

use super::super::door::Door;
use super::super::requests::optional;
use crate::model::SubmissionId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: proto::UploadDarFileRequest,
) -> Result<proto::UploadDarFileResponse, Refusal> {
    optional(&request.submission_id, "submission_id", SubmissionId::parse)?;
    let vet = match VettingChange::try_from(request.vetting_change) {
        Ok(VettingChange::Unspecified | VettingChange::VetAllPackages) => true,
        Ok(VettingChange::DontVetAnyPackages) => false,
        Err(_) => {
            return Err(Refusal::invalid_field(
                "vetting_change",
                format!("unknown value {}", request.vetting_change),
            ));
        }
    };
    let domain = match vet {
        true => Some(super::chosen_domain(door, &request.synchronizer_id).await?),
        false => None,
    };
    door.sync
        .upload_dar(request.dar_file.into(), vet, false, domain)
        .await?;
    Ok(proto::UploadDarFileResponse {})
}

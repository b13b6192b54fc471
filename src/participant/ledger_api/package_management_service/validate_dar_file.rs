//! `ValidateDarFile`: what an upload would say, without one.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::door::Door;
use super::super::requests::optional;
use crate::model::SubmissionId;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: proto::ValidateDarFileRequest,
) -> Result<proto::ValidateDarFileResponse, Refusal> {
    optional(&request.submission_id, "submission_id", SubmissionId::parse)?;
    let domain = super::chosen_domain(door, &request.synchronizer_id).await?;
    door.sync
        .upload_dar(request.dar_file.into(), true, true, Some(domain))
        .await?;
    Ok(proto::ValidateDarFileResponse {})
}

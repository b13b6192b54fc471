//! `PackageManagementService`: uploads packages, and says which of them may be used.

mod list_known_packages;
mod update_vetted_packages;
mod upload_dar_file;
mod validate_dar_file;

mod vetting_reference;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::package_management_service_server::PackageManagementService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use super::requests::{undecodable, unique_identifier};
use crate::model::DomainId;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::{cannot_choose, not_connected};

/// The service.
pub(super) struct PackageManagement(pub(super) Arc<Door>);

#[tonic::async_trait]
impl PackageManagementService for PackageManagement {
    async fn list_known_packages(
        &self,
        request: Request<proto::ListKnownPackagesRequest>,
    ) -> Result<Response<proto::ListKnownPackagesResponse>, Status> {
        let (context, _) = open(request);
        context.answer(list_known_packages::call(&self.0))
    }

    async fn upload_dar_file(
        &self,
        request: Request<proto::UploadDarFileRequest>,
    ) -> Result<Response<proto::UploadDarFileResponse>, Status> {
        let (context, message) = open(request);
        context.answer(upload_dar_file::call(&self.0, message).await)
    }

    async fn validate_dar_file(
        &self,
        request: Request<proto::ValidateDarFileRequest>,
    ) -> Result<Response<proto::ValidateDarFileResponse>, Status> {
        let (context, message) = open(request);
        context.answer(validate_dar_file::call(&self.0, message).await)
    }

    async fn update_vetted_packages(
        &self,
        request: Request<proto::UpdateVettedPackagesRequest>,
    ) -> Result<Response<proto::UpdateVettedPackagesResponse>, Status> {
        let (context, message) = open(request);
        context.answer(update_vetted_packages::call(&self.0, message).await)
    }
}

/// The domain on which packages are to be vetted: the one that a request names, or the one that there
/// is.
async fn chosen_domain(door: &Door, text: &str) -> Result<DomainId, Refusal> {
    let asked = match text {
        "" => None,
        text => Some(unique_identifier(DomainId::parse)(text).map_err(undecodable)?),
    };
    let connected = door.domains().await?;
    match asked {
        Some(id) if connected.contains(&id) => Ok(id),
        Some(id) => Err(Refusal::new(
            ErrorId::PackageServiceNotConnectedToSynchronizer,
            format!(
                "Cannot upload a dar because the participant is not connected to synchronizer \
                 '{id}'."
            ),
        )),
        None => match connected.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(not_connected()),
            several => Err(cannot_choose(several)),
        },
    }
}

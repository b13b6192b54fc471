//! `PackageService`: the packages that can be used.

mod get_package;
mod get_package_status;
mod list_packages;
mod list_vetted_packages;

use std::sync::Arc;

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::package_service_server::PackageService;
use tonic::{Request, Response, Status};

use super::context::open;
use super::door::Door;
use crate::model::PackageId;
use crate::participant::errors::Refusal;

/// The service.
pub(super) struct Packages(pub(super) Arc<Door>);

#[tonic::async_trait]
impl PackageService for Packages {
    async fn list_packages(
        &self,
        request: Request<proto::ListPackagesRequest>,
    ) -> Result<Response<proto::ListPackagesResponse>, Status> {
        let (context, _) = open(request);
        context.answer(list_packages::call(&self.0))
    }

    async fn get_package(
        &self,
        request: Request<proto::GetPackageRequest>,
    ) -> Result<Response<proto::GetPackageResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_package::call(&self.0, &message).await)
    }

    async fn get_package_status(
        &self,
        request: Request<proto::GetPackageStatusRequest>,
    ) -> Result<Response<proto::GetPackageStatusResponse>, Status> {
        let (context, message) = open(request);
        context.answer(get_package_status::call(&self.0, &message))
    }

    async fn list_vetted_packages(
        &self,
        request: Request<proto::ListVettedPackagesRequest>,
    ) -> Result<Response<proto::ListVettedPackagesResponse>, Status> {
        let (context, message) = open(request);
        context.answer(list_vetted_packages::call(&self.0, message).await)
    }
}

fn package_id(text: &str) -> Result<PackageId, Refusal> {
    PackageId::parse(text)
        .map_err(|error| Refusal::invalid_argument(format!("Invalid package id: {error}")))
}

//! `IdentityProviderConfigService`: there is none but the participant itself.

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::identity_provider_config_service_server::IdentityProviderConfigService;
use tonic::{Request, Response, Status};

use super::super::context::open;
use super::refuse;

/// What is missing.
const WHAT: &str = "identity providers";

/// The service.
pub(crate) struct IdentityProviders;

#[tonic::async_trait]
impl IdentityProviderConfigService for IdentityProviders {
    async fn create_identity_provider_config(
        &self,
        request: Request<proto::CreateIdentityProviderConfigRequest>,
    ) -> Result<Response<proto::CreateIdentityProviderConfigResponse>, Status> {
        refuse(request, WHAT)
    }

    async fn get_identity_provider_config(
        &self,
        request: Request<proto::GetIdentityProviderConfigRequest>,
    ) -> Result<Response<proto::GetIdentityProviderConfigResponse>, Status> {
        refuse(request, WHAT)
    }

    async fn update_identity_provider_config(
        &self,
        request: Request<proto::UpdateIdentityProviderConfigRequest>,
    ) -> Result<Response<proto::UpdateIdentityProviderConfigResponse>, Status> {
        refuse(request, WHAT)
    }

    async fn list_identity_provider_configs(
        &self,
        request: Request<proto::ListIdentityProviderConfigsRequest>,
    ) -> Result<Response<proto::ListIdentityProviderConfigsResponse>, Status> {
        let (context, _) = open(request);
        context.answer(Ok(proto::ListIdentityProviderConfigsResponse::default()))
    }

    async fn delete_identity_provider_config(
        &self,
        request: Request<proto::DeleteIdentityProviderConfigRequest>,
    ) -> Result<Response<proto::DeleteIdentityProviderConfigResponse>, Status> {
        refuse(request, WHAT)
    }
}

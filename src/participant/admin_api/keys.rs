//! `KeyService`: new keys.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::answer;
use crate::participant::errors::Refusal;
use crate::participant::submission::{KeyRotation, SyncPort};
use crate::wire::admin as wire;
use wire::key_service_server::KeyService;

/// The service.
pub(super) struct Keys(pub Arc<dyn SyncPort>);

#[tonic::async_trait]
impl KeyService for Keys {
    async fn rotate_keys(
        &self,
        request: Request<wire::RotateKeysRequest>,
    ) -> Result<Response<wire::RotateKeysResponse>, Status> {
        let request = request.into_inner();
        let rotation = KeyRotation {
            signing: request.signing,
            encryption: request.encryption,
        };
        let rotated = if rotation.signing || rotation.encryption {
            self.0.rotate_keys(rotation).await
        } else {
            Err(Refusal::missing_field("signing or encryption"))
        };
        answer(rotated.map(|()| wire::RotateKeysResponse {}))
    }
}

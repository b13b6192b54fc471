//! `SequencerAuthenticationService`: challenge, answer, token.

use tonic::{Request, Response, Status};

use super::access::Access;
use super::authentication::Nonce;
use crate::crypto::{PublicKey, random_bytes};
use crate::domain::sequencer::messages::SequencerMessage;
use crate::domain::sequencer::verification::alarm;
use crate::model::{DomainId, MemberId};
use crate::protocol::{Challenge, KeyedSignature, PROTOCOL_VERSION};
use crate::runtime::Handle;
use crate::sequencer_client::SendError;
use crate::sequencer_client::grpc::send_status;
use crate::wire::sequencer as wire;
use wire::sequencer_authentication_service_server::SequencerAuthenticationService;

/// The service.
#[derive(Debug)]
pub(super) struct AuthenticationService {
    pub access: Access,
    pub sequencer: Handle<SequencerMessage>,
}

impl AuthenticationService {
    /// The domain, and with which keys a member may sign.
    async fn keys(&self, member: &MemberId) -> Result<(DomainId, Vec<PublicKey>), Status> {
        let known = self
            .sequencer
            .ask(|reply| SequencerMessage::Keys {
                member: member.clone(),
                reply,
            })
            .await
            .map_err(|error| send_status(&SendError::Unavailable(error.to_string())))?;
        known.ok_or_else(|| send_status(&SendError::UnknownMember(member.to_string())))
    }
}

#[tonic::async_trait]
impl SequencerAuthenticationService for AuthenticationService {
    async fn challenge(
        &self,
        request: Request<wire::ChallengeRequest>,
    ) -> Result<Response<wire::ChallengeResponse>, Status> {
        let request = request.into_inner();
        if request.protocol_version != PROTOCOL_VERSION {
            return Err(Status::failed_precondition(format!(
                "protocol version {} is not supported, this sequencer speaks {PROTOCOL_VERSION}",
                request.protocol_version
            )));
        }
        let member = member(&request.member)?;
        self.keys(&member).await?;
        let nonce: Nonce = random_bytes();
        let now = self.access.clock.now();
        self.access.lock().challenge(member, nonce, now);
        Ok(Response::new(wire::ChallengeResponse {
            nonce: nonce.to_vec().into(),
        }))
    }

    async fn authenticate(
        &self,
        request: Request<wire::AuthenticateRequest>,
    ) -> Result<Response<wire::AuthenticateResponse>, Status> {
        let request = request.into_inner();
        let member = member(&request.member)?;
        let nonce = Nonce::try_from(request.nonce.as_ref())
            .map_err(|_| Status::invalid_argument("the nonce is not 32 bytes"))?;
        let answer = KeyedSignature::from_wire(request.signature)
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let (domain, keys) = self.keys(&member).await?;
        let now = self.access.clock.now();
        if !self.access.lock().take_challenge(&member, &nonce, now) {
            return Err(Status::permission_denied("there is no such challenge"));
        }
        let challenge = Challenge {
            domain,
            member: member.clone(),
            nonce,
        };
        if !challenge.is_answered_by(&answer, &keys) {
            alarm("authentication", &format!("{member} was not it"));
            return Err(Status::permission_denied("the signature does not match"));
        }
        let token = random_bytes();
        let valid_for = self.access.lock().admit(member, token, now);
        Ok(Response::new(wire::AuthenticateResponse {
            token: hex::encode(token),
            valid_for_micros: valid_for.micros(),
        }))
    }

    async fn logout(
        &self,
        request: Request<wire::LogoutRequest>,
    ) -> Result<Response<wire::LogoutResponse>, Status> {
        let caller = self.access.caller(&request)?;
        self.access.lock().logout(&caller.token);
        Ok(Response::new(wire::LogoutResponse {}))
    }
}

fn member(text: &str) -> Result<MemberId, Status> {
    MemberId::parse(text).map_err(|error| Status::invalid_argument(error.to_string()))
}

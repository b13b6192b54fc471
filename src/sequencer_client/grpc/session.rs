//! Who the member is, and a token that proves it.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::client::{CALL_TIMEOUT, Credentials};
use crate::protocol::{Challenge, PROTOCOL_VERSION};
use crate::wire::sequencer as wire;
use wire::sequencer_authentication_service_client::SequencerAuthenticationServiceClient;

/// A token is replaced so long before it ends, as in Canton; sooner if it is a short one.
const REFRESH_BEFORE: Duration = Duration::from_secs(20);

/// A member's session with a sequencer. Calls share one token.
#[derive(Debug)]
pub(super) struct Session {
    channel: Channel,
    credentials: Credentials,
    token: Mutex<Option<Token>>,
}

#[derive(Debug, Clone)]
struct Token {
    value: MetadataValue<Ascii>,
    refresh_at: Instant,
}

impl Session {
    pub(super) fn new(channel: Channel, credentials: Credentials) -> Self {
        Self {
            channel,
            credentials,
            token: Mutex::new(None),
        }
    }

    pub(super) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A request with a token; the member proves who it is if it has none that holds.
    pub(super) async fn authorized<T>(&self, message: T) -> Result<Request<T>, Status> {
        let mut request = Request::new(message);
        let value = self.token().await?;
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }

    /// The sequencer does not accept the token, although it should hold: it has restarted.
    pub(super) async fn forget(&self) {
        *self.token.lock().await = None;
    }

    /// Ends the session at the sequencer, too.
    pub(super) async fn logout(&self) -> Result<(), Status> {
        let Some(token) = self.token.lock().await.take() else {
            return Ok(());
        };
        let mut request = Request::new(wire::LogoutRequest {});
        request.metadata_mut().insert("authorization", token.value);
        request.set_timeout(CALL_TIMEOUT);
        self.client().logout(request).await.map(|_| ())
    }

    async fn token(&self) -> Result<MetadataValue<Ascii>, Status> {
        let mut token = self.token.lock().await;
        if let Some(token) = token.as_ref().filter(|it| Instant::now() < it.refresh_at) {
            return Ok(token.value.clone());
        }
        let fresh = self.authenticate().await?;
        Ok(token.insert(fresh).value.clone())
    }

    async fn authenticate(&self) -> Result<Token, Status> {
        let Credentials {
            domain,
            member,
            key,
        } = &self.credentials;
        let mut client = self.client();
        let mut request = Request::new(wire::ChallengeRequest {
            member: member.to_string(),
            protocol_version: PROTOCOL_VERSION,
        });
        request.set_timeout(CALL_TIMEOUT);
        let nonce = client.challenge(request).await?.into_inner().nonce;
        let challenge = Challenge {
            domain: domain.clone(),
            member: member.clone(),
            nonce: nonce
                .as_ref()
                .try_into()
                .map_err(|_| Status::internal("the challenge is not 32 bytes"))?,
        };
        let mut request = Request::new(wire::AuthenticateRequest {
            member: member.to_string(),
            nonce,
            signature: Some(challenge.answer(key).to_wire()),
        });
        request.set_timeout(CALL_TIMEOUT);
        let answer = client.authenticate(request).await?.into_inner();
        let valid = u64::try_from(answer.valid_for_micros).unwrap_or_default();
        let valid = Duration::from_micros(valid);
        Ok(Token {
            value: format!("Bearer {}", answer.token)
                .parse()
                .map_err(|_| Status::internal("the token is not ASCII"))?,
            refresh_at: Instant::now() + valid - REFRESH_BEFORE.min(valid / 3),
        })
    }

    fn client(&self) -> SequencerAuthenticationServiceClient<Channel> {
        SequencerAuthenticationServiceClient::new(self.channel.clone())
    }
}

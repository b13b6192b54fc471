//! The sequencer's port over gRPC.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Mutex;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status, Streaming};

use super::session::Session;
use super::status::{read_error, send_error};
use crate::crypto::SigningKey;
use crate::model::{DomainId, MemberId, Timestamp};
use crate::protocol::{EventPage, SignedAcknowledgement, SignedRequest};
use crate::sequencer_client::{ReadError, SendError, SequencerPort};
use crate::wire::sequencer as wire;
use wire::sequencer_service_client::SequencerServiceClient;

/// No call waits longer for its answer.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// No connection takes longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A stream on which nothing comes for so long is given up: the sequencer says something more often,
/// even if there is nothing to say.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A page of events at most, in bytes: what the sequencer puts into one, or one large event.
const PAGE_BYTES_MAX: usize = 32 << 20;

/// Who asks.
#[derive(Clone)]
pub struct Credentials {
    /// The domain of the sequencer.
    pub domain: DomainId,
    /// The member.
    pub member: MemberId,
    /// Its key.
    pub key: SigningKey,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.member)
    }
}

/// Reaches a sequencer in another process, for one member. Belongs to the role on whose thread it was
/// made.
#[derive(Debug)]
pub struct GrpcSequencer {
    channel: Channel,
    session: Session,
    /// The stream that was read last, if it may go on.
    stream: Mutex<Option<Stream>>,
}

#[derive(Debug)]
struct Stream {
    pages: Streaming<wire::SubscribeResponse>,
    /// Up to where it was read.
    at: Timestamp,
    page_size: u32,
}

/// How a process of a domain is reached.
pub(super) fn endpoint(url: &str) -> Result<Endpoint, String> {
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|error| format!("{url:?} is no address like http://HOST:PORT: {error}"))?;
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(CALL_TIMEOUT)
        .keep_alive_while_idle(true)
        .tcp_nodelay(true))
}

impl GrpcSequencer {
    /// A sequencer at a URL. Connects when it is asked for something, and again when the
    /// connection is lost.
    ///
    /// # Errors
    /// If this is no URL.
    pub fn new(url: &str, credentials: Credentials) -> Result<Self, String> {
        let channel = endpoint(url)?.connect_lazy();
        Ok(Self {
            session: Session::new(channel.clone(), credentials),
            channel,
            stream: Mutex::new(None),
        })
    }

    /// Ends the member's sessions at the sequencer.
    ///
    /// # Errors
    /// If the sequencer cannot be reached; its tokens end by themselves.
    pub async fn logout(&self) -> Result<(), SendError> {
        *self.stream.lock().await = None;
        let done = self.session.logout().await;
        done.map_err(|status| send_error(&status))
    }

    fn client(&self) -> SequencerServiceClient<Channel> {
        SequencerServiceClient::new(self.channel.clone()).max_decoding_message_size(PAGE_BYTES_MAX)
    }

    /// Makes a call with a token; once more with a new one if the sequencer forgot it.
    async fn call<M: Clone, R, F>(
        &self,
        message: M,
        call: impl Fn(Request<M>) -> F,
    ) -> Result<R, Status>
    where
        F: Future<Output = Result<R, Status>>,
    {
        let first = call(self.session.authorized(message.clone()).await?).await;
        match first {
            Err(status) if status.code() == Code::Unauthenticated => {
                self.session.forget().await;
                call(self.session.authorized(message).await?).await
            }
            done => done,
        }
    }

    async fn unary<M: Clone, R, F>(
        &self,
        message: M,
        call: impl Fn(Request<M>) -> F,
    ) -> Result<R, Status>
    where
        F: Future<Output = Result<R, Status>>,
    {
        self.call(message, |mut request| {
            request.set_timeout(CALL_TIMEOUT);
            call(request)
        })
        .await
    }

    /// The stream from a place on: the one that is open, if it stands there.
    async fn stream_at(
        &self,
        open: Option<Stream>,
        after: Timestamp,
        page_size: u32,
    ) -> Result<Stream, Status> {
        if let Some(stream) = open.filter(|it| it.at == after && it.page_size == page_size) {
            return Ok(stream);
        }
        let request = wire::SubscribeRequest {
            after: after.micros(),
            page_size,
        };
        let subscribe = |request| async { self.client().subscribe(request).await };
        Ok(Stream {
            pages: self.call(request, subscribe).await?.into_inner(),
            at: after,
            page_size,
        })
    }
}

impl Stream {
    async fn next(&mut self) -> Result<EventPage, Status> {
        let response = tokio::time::timeout(SILENCE_MAX, self.pages.message())
            .await
            .map_err(|_| Status::unavailable("the sequencer has fallen silent"))??
            .ok_or_else(|| Status::unavailable("the stream has ended"))?;
        let page = response
            .page
            .ok_or_else(|| Status::internal("an answer without a page"))?;
        let page =
            EventPage::from_wire(page).map_err(|error| Status::internal(error.to_string()))?;
        if let Some(last) = page.events.last() {
            self.at = last.event.time;
        }
        Ok(page)
    }
}

#[tonic::async_trait]
impl SequencerPort for GrpcSequencer {
    async fn send(&self, request: SignedRequest) -> Result<(), SendError> {
        let message = wire::SendRequest {
            request: Some(request.to_wire()),
        };
        let send = |request| async { self.client().send(request).await };
        let done = self.unary(message, send).await;
        done.map(|_| ()).map_err(|status| send_error(&status))
    }

    async fn read(
        &self,
        member: &MemberId,
        after: Timestamp,
        max: usize,
    ) -> Result<EventPage, ReadError> {
        if *member != self.session.credentials().member {
            return Err(ReadError::Refused(
                "not the member of this session".to_owned(),
            ));
        }
        let mut slot = self.stream.lock().await;
        let page_size = u32::try_from(max).unwrap_or(u32::MAX);
        let read = async {
            let mut stream = self.stream_at(slot.take(), after, page_size).await?;
            let page = stream.next().await?;
            Ok((stream, page))
        };
        match read.await {
            Ok((stream, page)) => {
                *slot = Some(stream);
                Ok(page)
            }
            Err(status) => {
                let status: Status = status;
                if status.code() == Code::Unauthenticated {
                    self.session.forget().await;
                }
                Err(read_error(&status))
            }
        }
    }

    async fn acknowledge(&self, acknowledgement: SignedAcknowledgement) -> Result<(), SendError> {
        let message = wire::AcknowledgeRequest {
            acknowledgement: Some(acknowledgement.to_wire()),
        };
        let acknowledge = |request| async { self.client().acknowledge(request).await };
        let done = self.unary(message, acknowledge).await;
        done.map(|_| ()).map_err(|status| send_error(&status))
    }

    async fn time(&self) -> Result<Timestamp, ReadError> {
        let get_time = |request| async { self.client().get_time(request).await };
        let answer = self.unary(wire::GetTimeRequest {}, get_time).await;
        let micros = answer
            .map_err(|status| read_error(&status))?
            .into_inner()
            .time;
        Timestamp::from_micros(micros).map_err(|error| ReadError::Unavailable(error.to_string()))
    }

    async fn certificate(&self) -> Result<Vec<Bytes>, ReadError> {
        let mut request = Request::new(wire::GetCertificateRequest {});
        request.set_timeout(CALL_TIMEOUT);
        let answer = self.client().get_certificate(request).await;
        let answer = answer.map_err(|status| read_error(&status))?;
        Ok(answer.into_inner().transactions)
    }
}

//! `SequencerService`: send, subscribe, acknowledge, what time it is.

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tonic::{Request, Response, Status};

use super::access::{Access, Seat};
use crate::domain::sequencer::InProcessSequencer;
use crate::domain::sequencer::verification::alarm;
use crate::model::Timestamp;
use crate::protocol::{Error, SignedAcknowledgement, SignedRequest};
use crate::runtime::shutdown::Signal;
use crate::sequencer_client::SequencerPort;
use crate::sequencer_client::grpc::{read_status, send_status};
use crate::wire::sequencer as wire;
use wire::sequencer_service_server::SequencerService as Service;

/// The service.
#[derive(Debug)]
pub(super) struct SequencerService {
    pub access: Access,
    pub sequencer: InProcessSequencer,
    pub stop: Signal,
}

/// A member's stream of pages.
struct Pages {
    seat: Seat,
    sequencer: InProcessSequencer,
    stop: Signal,
    after: Timestamp,
    page_size: usize,
}

#[tonic::async_trait]
impl Service for SequencerService {
    async fn get_certificate(
        &self,
        _: Request<wire::GetCertificateRequest>,
    ) -> Result<Response<wire::GetCertificateResponse>, Status> {
        let certificate = self.sequencer.certificate().await;
        Ok(Response::new(wire::GetCertificateResponse {
            transactions: certificate.map_err(|error| read_status(&error))?,
        }))
    }

    async fn send(
        &self,
        request: Request<wire::SendRequest>,
    ) -> Result<Response<wire::SendResponse>, Status> {
        let caller = self.access.caller(&request)?;
        let signed = request.into_inner().request.unwrap_or_default();
        let signed = SignedRequest::from_wire(signed).map_err(|error| malformed(&error))?;
        caller.must_be(&signed.request().sender)?;
        let sent = self.sequencer.send(signed).await;
        sent.map_err(|error| send_status(&error))?;
        Ok(Response::new(wire::SendResponse {}))
    }

    type SubscribeStream = BoxStream<'static, Result<wire::SubscribeResponse, Status>>;

    async fn subscribe(
        &self,
        request: Request<wire::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let caller = self.access.caller(&request)?;
        let request = request.into_inner();
        let pages = Pages {
            seat: self.access.seat(caller)?,
            sequencer: self.sequencer.clone(),
            stop: self.stop.clone(),
            after: Timestamp::from_micros(request.after)
                .map_err(|error| Status::invalid_argument(error.to_string()))?,
            // the sequencer has a bound of its own
            page_size: usize::try_from(request.page_size).unwrap_or(usize::MAX),
        };
        let stream = stream::unfold(Some(pages), |pages| async {
            let mut pages = pages?;
            match pages.next().await? {
                Ok(response) => Some((Ok(response), Some(pages))),
                Err(status) => Some((Err(status), None)),
            }
        });
        Ok(Response::new(stream.boxed()))
    }

    async fn acknowledge(
        &self,
        request: Request<wire::AcknowledgeRequest>,
    ) -> Result<Response<wire::AcknowledgeResponse>, Status> {
        let caller = self.access.caller(&request)?;
        let signed = request.into_inner().acknowledgement.unwrap_or_default();
        let signed = SignedAcknowledgement::from_wire(signed).map_err(|error| malformed(&error))?;
        caller.must_be(&signed.acknowledgement().member)?;
        let done = self.sequencer.acknowledge(signed).await;
        done.map_err(|error| send_status(&error))?;
        Ok(Response::new(wire::AcknowledgeResponse {}))
    }

    async fn get_time(
        &self,
        request: Request<wire::GetTimeRequest>,
    ) -> Result<Response<wire::GetTimeResponse>, Status> {
        self.access.caller(&request)?;
        let time = self.sequencer.time().await;
        Ok(Response::new(wire::GetTimeResponse {
            time: time.map_err(|error| read_status(&error))?.micros(),
        }))
    }
}

impl Pages {
    /// The next page; nothing after the last one before the server stops.
    async fn next(&mut self) -> Option<Result<wire::SubscribeResponse, Status>> {
        let member = &self.seat.caller.member;
        let page = tokio::select! {
            page = self.sequencer.read(member, self.after, self.page_size) => page,
            () = self.stop.fired() => return None,
        };
        // the token may have ended while nothing came
        if !self.seat.holds() {
            return Some(Err(Status::unauthenticated(
                "the token does not hold any more",
            )));
        }
        let page = match page {
            Ok(page) => page,
            Err(error) => return Some(Err(read_status(&error))),
        };
        if let Some(last) = page.events.last() {
            self.after = last.event.time;
        }
        Some(Ok(wire::SubscribeResponse {
            page: Some(page.to_wire()),
        }))
    }
}

fn malformed(error: &Error) -> Status {
    alarm("malformed", &error.to_string());
    Status::invalid_argument(error.to_string())
}

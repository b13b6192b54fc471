//! The domain service's port over gRPC.

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::client::{CALL_TIMEOUT, endpoint};
use crate::model::{DomainId, MemberId};
use crate::protocol::PROTOCOL_VERSION;
use crate::sequencer_client::{AdmissionError, DomainInfo, ServicePort};
use crate::topology::SignedTransaction;
use crate::wire::domain as wire;
use wire::domain_service_client::DomainServiceClient;

/// Joining waits until everybody knows the member, which a change of the topology may delay.
const ADMISSION_TIMEOUT: Duration = Duration::from_secs(60);

/// Reaches a domain service in another process.
#[derive(Debug, Clone)]
pub struct GrpcService(Channel);

impl GrpcService {
    /// The service at a URL. Connects when it is asked for something, and again when the connection is
    /// lost.
    ///
    /// # Errors
    /// If this is no URL.
    pub fn new(url: &str) -> Result<Self, String> {
        endpoint(url).map(|it| Self(Endpoint::connect_lazy(&it)))
    }

    fn client(&self) -> DomainServiceClient<Channel> {
        DomainServiceClient::new(self.0.clone())
    }
}

#[tonic::async_trait]
impl ServicePort for GrpcService {
    async fn domain_info(&self) -> Result<DomainInfo, AdmissionError> {
        let mut request = Request::new(wire::GetDomainInfoRequest {});
        request.set_timeout(CALL_TIMEOUT);
        let answer = self.client().get_domain_info(request).await;
        let info = answer
            .map_err(|status| admission_error(&status))?
            .into_inner();
        if info.protocol_version != PROTOCOL_VERSION {
            return Err(AdmissionError::Refused(format!(
                "its members speak version {} of the protocol, this one speaks {PROTOCOL_VERSION}",
                info.protocol_version
            )));
        }
        let refused = |error: String| AdmissionError::Refused(error);
        Ok(DomainInfo {
            id: DomainId::parse(&info.domain).map_err(|error| refused(error.to_string()))?,
            topology_manager: MemberId::parse(&info.topology_manager)
                .map_err(|error| refused(error.to_string()))?,
        })
    }

    async fn admit(
        &self,
        member: MemberId,
        transactions: Vec<SignedTransaction>,
    ) -> Result<(), AdmissionError> {
        let mut request = Request::new(wire::AdmitRequest {
            member: member.to_string(),
            transactions: transactions.iter().map(SignedTransaction::encode).collect(),
            protocol_version: PROTOCOL_VERSION,
        });
        request.set_timeout(ADMISSION_TIMEOUT);
        let answer = self.client().admit(request).await;
        answer
            .map(|_| ())
            .map_err(|status| admission_error(&status))
    }
}

/// The status that tells why a member was not admitted.
pub fn admission_status(error: &AdmissionError) -> Status {
    match error {
        AdmissionError::Unavailable(reason) => Status::unavailable(reason),
        AdmissionError::Refused(reason) => Status::failed_precondition(reason),
    }
}

fn admission_error(status: &Status) -> AdmissionError {
    let reason = status.message().to_owned();
    match status.code() {
        Code::FailedPrecondition | Code::InvalidArgument => AdmissionError::Refused(reason),
        Code::Unimplemented => AdmissionError::Refused(format!(
            "there is no public API of a domain at this address: {reason}"
        )),
        _ => AdmissionError::Unavailable(reason),
    }
}

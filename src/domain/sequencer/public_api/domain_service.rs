//! `DomainService`: what domain this is, and joining it. Needs no token: newcomers have none.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::model::MemberId;
use crate::protocol::PROTOCOL_VERSION;
use crate::sequencer_client::ServicePort;
use crate::sequencer_client::grpc::admission_status;
use crate::topology::SignedTransaction;
use crate::wire::domain as wire;
use wire::domain_service_server::DomainService as Service;

/// What a newcomer says about itself takes a handful of transactions.
const TRANSACTIONS_MAX: usize = 64;

/// The service.
pub(super) struct DomainService {
    pub service: Arc<dyn ServicePort>,
}

#[tonic::async_trait]
impl Service for DomainService {
    async fn get_domain_info(
        &self,
        _: Request<wire::GetDomainInfoRequest>,
    ) -> Result<Response<wire::GetDomainInfoResponse>, Status> {
        let info = self.service.domain_info().await;
        let info = info.map_err(|error| admission_status(&error))?;
        Ok(Response::new(wire::GetDomainInfoResponse {
            domain: info.id.to_string(),
            topology_manager: info.topology_manager.to_string(),
            protocol_version: PROTOCOL_VERSION,
        }))
    }

    async fn admit(
        &self,
        request: Request<wire::AdmitRequest>,
    ) -> Result<Response<wire::AdmitResponse>, Status> {
        let request = request.into_inner();
        if request.protocol_version != PROTOCOL_VERSION {
            return Err(Status::failed_precondition(format!(
                "the members of this domain speak version {PROTOCOL_VERSION} of the protocol, not {}",
                request.protocol_version
            )));
        }
        if request.transactions.len() > TRANSACTIONS_MAX {
            return Err(Status::invalid_argument(format!(
                "{} topology transactions, and {TRANSACTIONS_MAX} at most",
                request.transactions.len()
            )));
        }
        let member = MemberId::parse(&request.member)
            .map_err(|error| Status::invalid_argument(format!("member: {error}")))?;
        // the domain signs for its own members, which join within its process and not by this door
        if member.participant().is_none() {
            metrics::counter!("jura_refused_messages_total").increment(1);
            tracing::warn!(%member, "somebody wants to join as a part of the domain, refused");
            return Err(Status::permission_denied(format!(
                "participants join a domain, and {member} is none"
            )));
        }
        let transactions = request
            .transactions
            .into_iter()
            .map(SignedTransaction::decode)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Status::invalid_argument(format!("transactions: {error}")))?;
        let admitted = self.service.admit(member, transactions).await;
        admitted.map_err(|error| admission_status(&error))?;
        Ok(Response::new(wire::AdmitResponse {}))
    }
}

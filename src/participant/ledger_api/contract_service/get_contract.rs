//! `GetContract`: a contract as it is stored, active or not.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::stored_contract;
use super::super::door::Door;
use super::super::requests::{contract_id, parties};
use crate::model::Party;
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: &proto::GetContractRequest,
) -> Result<proto::GetContractResponse, Refusal> {
    let id = contract_id(&request.contract_id, "contract_id")?;
    let asking = parties(&request.querying_parties)?;
    let found = door.model.contract(&id).await?.map(|found| found.instance);
    let is_asking = |party: &&Party| asking.is_empty() || asking.contains(*party);
    let witnesses = found.iter().flat_map(|it| &it.stakeholders);
    let witnesses: Vec<&Party> = witnesses.filter(is_asking).collect();
    match &found {
        Some(instance) if !witnesses.is_empty() => Ok(proto::GetContractResponse {
            created_event: Some(stored_contract(door.engine(), &id, instance, &witnesses)?),
        }),
        _ => Err(Refusal::new(
            ErrorId::ContractPayloadNotFound,
            "Contract payload not found, or not visible.",
        )
        .about("CONTRACT_ID", id.to_string())),
    }
}

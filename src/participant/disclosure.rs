//! Contracts shown by hand: the blob of a created event, and what a submission makes of it.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;

use crate::lf::transaction::ContractInstance;
use crate::model::ContractId;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::submission::DisclosedContract;
use crate::wire::protocol::InputContract;

/// The blob of a contract, from its encoded instance.
pub fn blob(id: &ContractId, instance: Bytes) -> Bytes {
    InputContract {
        contract_id: id.as_bytes().to_vec().into(),
        instance,
    }
    .encode_to_vec()
    .into()
}

/// Reads the disclosed contracts of a submission, in its order; each must be the one that its id names.
///
/// # Errors
/// If a blob is none, or not what the submission says about it.
pub fn read(
    disclosed: &[DisclosedContract],
) -> Result<Vec<(ContractId, Arc<ContractInstance>)>, Refusal> {
    let mut contracts = Vec::with_capacity(disclosed.len());
    for contract in disclosed {
        let (id, instance) = open(&contract.blob)?;
        check(contract, &id, &instance)?;
        contracts.push((id, Arc::new(instance)));
    }
    Ok(contracts)
}

fn open(blob: &Bytes) -> Result<(ContractId, ContractInstance), Refusal> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Refusal::new(
            ErrorId::InvalidArgument,
            format!(
                "The submitted request has invalid arguments: Unable to decode disclosed contract \
                 event payload: {error}"
            ),
        )
    };
    let decoded = InputContract::decode(blob.clone()).map_err(|error| unreadable(&error))?;
    let id = ContractId::from_bytes(&decoded.contract_id).map_err(|error| unreadable(&error))?;
    let instance =
        ContractInstance::from_bytes(&decoded.instance).map_err(|error| unreadable(&error))?;
    Ok((id, instance))
}

fn check(
    contract: &DisclosedContract,
    id: &ContractId,
    instance: &ContractInstance,
) -> Result<(), Refusal> {
    let mismatch = |what: &str, said: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
        Refusal::new(
            ErrorId::InvalidArgument,
            format!(
                "The submitted request has invalid arguments: Mismatch between \
                 DisclosedContract.{what} ({said}) and {what} from decoded \
                 DisclosedContract.created_event_blob ({found})"
            ),
        )
    };
    if let Some(said) = &contract.contract_id
        && said != id
    {
        return Err(mismatch("contract_id", said, id));
    }
    if let Some(said) = &contract.template {
        let found = &instance.template;
        let same_package = match &said.package {
            crate::model::PackageRef::Id(package) => package == found.package(),
            crate::model::PackageRef::Name(name) => *name == instance.package_name,
        };
        let same = same_package && said.module == *found.module() && said.name == *found.name();
        if !same {
            return Err(mismatch("template_id", said, found));
        }
    }
    instance.authenticate(id).map_err(|error| {
        Refusal::new(
            ErrorId::DisclosedContractAuthenticationFailed,
            error.to_string(),
        )
    })
}

//! Contracts shown by hand: the blob of a created event, and what a submission makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;

use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, DomainId};
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

/// Reads the disclosed contracts of a submission, in its order. Whether one is the contract that its id
/// names is checked when it is used.
///
/// # Errors
/// If a blob is none, or not what the submission says about it; if two are the same contract, but do not
/// say the same.
pub fn read(
    disclosed: &[DisclosedContract],
) -> Result<Vec<(ContractId, Arc<ContractInstance>)>, Refusal> {
    let mut contracts = Vec::with_capacity(disclosed.len());
    let mut known: BTreeMap<ContractId, Arc<ContractInstance>> = BTreeMap::new();
    let mut conflict = None;
    for contract in disclosed {
        let (id, instance) = open(&contract.blob)?;
        check(contract, &id, &instance)?;
        let instance = Arc::new(instance);
        let first = known.entry(id.clone()).or_insert(Arc::clone(&instance));
        if *first != instance {
            conflict = conflict.or(Some(id.clone()));
        }
        contracts.push((id, instance));
    }
    match conflict {
        Some(id) => Err(conflicting(&id)),
        None => Ok(contracts),
    }
}

fn conflicting(id: &ContractId) -> Refusal {
    Refusal::new(
        ErrorId::DisclosedContractsConflictingPayloads,
        format!("The contractId {id} has conflicting payloads for disclosed contracts"),
    )
}

/// The domain that a submission must go to: the one that it names, or that of the disclosed contracts
/// that it used.
///
/// # Errors
/// If these are not one.
pub fn domain(
    prescribed: Option<&DomainId>,
    used: &BTreeMap<&ContractId, &DomainId>,
) -> Result<Option<DomainId>, Refusal> {
    let domains: BTreeSet<&DomainId> = used.values().copied().collect();
    let Some(disclosed) = domains.first() else {
        return Ok(prescribed.cloned());
    };
    if domains.len() > 1 {
        let used = used.iter().map(|(id, domain)| format!("{id} -> {domain}"));
        return Err(Refusal::new(
            ErrorId::DisclosedContractsSynchronizerIdMismatch,
            format!(
                "Some disclosed contracts that were used during command interpretation have \
                 mismatching synchronizer ids: {}",
                used.collect::<Vec<_>>().join(", ")
            ),
        ));
    }
    match prescribed {
        Some(prescribed) if prescribed != *disclosed => {
            let used = used.keys().map(ToString::to_string);
            Err(Refusal::new(
                ErrorId::PrescribedSynchronizerIdMismatch,
                format!(
                    "The target synchronizer={prescribed} specified in the command submission \
                     mismatches the synchronizer id={disclosed} of some attached disclosed \
                     contracts that have been used in the submission \
                     (used-disclosed-contract-ids={})",
                    used.collect::<Vec<_>>().join(", ")
                ),
            ))
        }
        _ => Ok(Some((*disclosed).clone())),
    }
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::value::Value;
    use crate::model::{Hash, Party, Timestamp};

    fn id(number: u8) -> ContractId {
        ContractId::new([number; 32], &[])
    }

    fn on(name: &str) -> DomainId {
        DomainId::parse(&format!("{name}::1220{}", "ab".repeat(32))).unwrap()
    }

    fn instance(argument: Value) -> ContractInstance {
        let alice: Party = "alice".parse().unwrap();
        ContractInstance {
            template: "0123456789:M:T".parse().unwrap(),
            package_name: "name".parse().unwrap(),
            argument,
            signatories: [alice.clone()].into(),
            stakeholders: [alice].into(),
            key: None,
            created_at: Timestamp::EPOCH,
            salt: Hash::from_bytes([0; 32]),
        }
    }

    #[test]
    fn contracts_with_one_id_say_one_thing() {
        let disclosed = |argument| DisclosedContract {
            template: None,
            contract_id: None,
            blob: blob(&id(1), instance(argument).to_bytes().into()),
            domain: None,
        };
        let (good, other) = (disclosed(Value::Bool(true)), disclosed(Value::Bool(false)));
        assert_eq!(read(&[good.clone(), good.clone()]).unwrap().len(), 2);
        let refusal = read(&[good, other]).unwrap_err();
        assert_eq!(refusal.id, ErrorId::DisclosedContractsConflictingPayloads);
    }

    #[test]
    fn a_submission_goes_where_the_disclosed_contracts_are_that_it_used() {
        let (a, b, one, other) = (id(1), id(2), on("one"), on("other"));
        let same = BTreeMap::from([(&a, &one), (&b, &one)]);
        assert_eq!(domain(None, &same), Ok(Some(one.clone())));
        assert_eq!(domain(Some(&one), &same), Ok(Some(one.clone())));
        assert_eq!(
            domain(Some(&other), &BTreeMap::new()),
            Ok(Some(other.clone()))
        );
        assert_eq!(domain(None, &BTreeMap::new()), Ok(None));
        let refused = |prescribed, used| domain(prescribed, used).unwrap_err().id;
        assert_eq!(
            refused(Some(&other), &same),
            ErrorId::PrescribedSynchronizerIdMismatch
        );
        assert_eq!(
            refused(Some(&one), &BTreeMap::from([(&a, &one), (&b, &other)])),
            ErrorId::DisclosedContractsSynchronizerIdMismatch
        );
    }
}

//! From what came of a request's checks and locks to the answer: pure.

use super::locks::Outcome;
use crate::model::ContractId;
use crate::participant::errors::ErrorId;
use crate::protocol::Reject;

/// The rejection that a request's wish for its contracts leads to, if it does.
pub fn reject_for(outcome: &Outcome) -> Option<Reject> {
    match outcome {
        Outcome::Granted | Outcome::WaitsFor(_) => None,
        Outcome::Locked(contracts) => Some(about_contracts(
            ErrorId::LocalVerdictLockedContracts,
            "Rejected transaction is referring to locked contracts",
            contracts,
        )),
        Outcome::Inactive(contracts) => Some(about_contracts(
            ErrorId::LocalVerdictInactiveContracts,
            "Rejected transaction is referring to inactive contracts",
            contracts,
        )),
    }
}

fn about_contracts(id: ErrorId, message: &str, contracts: &[ContractId]) -> Reject {
    let resources: Vec<String> = contracts.iter().map(ToString::to_string).collect();
    Reject {
        error_id: id.as_str().to_owned(),
        message: format!("{message} {}", resources.join(", ")),
        resources,
        resource_type: "CONTRACT_ID".to_owned(),
        malformed: false,
    }
}

//! Which domain takes a submission.
//!
//! A contract is on the domain on which it was created. A submission goes to the first domain, in the
//! order of the participant's preference, that has its contracts, knows all who are concerned, and on
//! which their participants have vetted the packages. Domains that have the contracts that commands
//! mention are tried first: what a choice uses besides shows only in the interpretation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::build::check_domain;
use super::domains::DomainNumber;
use super::interpret::{Failure, Interpreter, Success, mentioned_in};
use super::port::Submission;
use super::routing::{Route, Unfit, not_connected, prescribed, refuse_all};
use crate::model::{ContractId, DomainId, ProtocolVersion, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};
use crate::storage;
use crate::topology::State;

/// A domain that may take a submission.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// How it is counted here.
    pub number: DomainNumber,
    /// Its id.
    pub id: DomainId,
    /// Who is who there.
    pub topology: State,
}

impl Candidate {
    /// Its rules.
    pub(super) fn protocol_version(&self) -> ProtocolVersion {
        self.topology.parameters().rules()
    }
}

impl Interpreter {
    /// Interprets a submission at a time, for the first of some domains that can take it. They come in
    /// the order of preference.
    pub async fn interpret(
        &self,
        submission: &Submission,
        now: Timestamp,
        candidates: Vec<Candidate>,
    ) -> Result<Success, Failure> {
        let candidates = admissible(submission, candidates)?;
        if let [only] = candidates.as_slice() {
            let success = self.interpret_for(submission, now, only).await?;
            self.check_contracts(&success, only, submission.domain.is_some())
                .await?
                .map_err(|unfit| route(submission, only, &success).refuse(unfit))?;
            return Ok(success);
        }
        let mut queue = self.in_order(submission, candidates).await?;
        let mut first_failure = None;
        let mut unfit = Vec::new();
        while let Some(candidate) = queue.pop_front() {
            match self.interpret_for(submission, now, &candidate).await {
                // what fails on one domain may not on another: its packages and keys are others
                Err(failure) => first_failure = first_failure.or(Some(failure)),
                Ok(success) => match self.fits(submission, &success, &candidate).await? {
                    Ok(()) => return Ok(success),
                    Err(reason) => unfit.push((candidate.id, reason)),
                },
            }
        }
        // that the model says no matters only if no domain says more
        let refusal = refuse_all(unfit).map(Failure::Refused);
        Err(refusal
            .or(first_failure)
            .unwrap_or_else(|| Failure::Refused(not_connected())))
    }

    /// Domains with the contracts that commands mention first.
    async fn in_order(
        &self,
        submission: &Submission,
        candidates: Vec<Candidate>,
    ) -> Result<VecDeque<Candidate>, storage::Error> {
        let domains = self.contracts.domains(&mentioned_in(submission)).await?;
        let domains: BTreeSet<DomainNumber> = domains.into_values().collect();
        let (first, rest): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|it| domains.contains(&it.number));
        Ok(first.into_iter().chain(rest).collect())
    }

    async fn fits(
        &self,
        submission: &Submission,
        success: &Success,
        candidate: &Candidate,
    ) -> Result<Result<(), Unfit>, storage::Error> {
        if let Err(unfit) = self.check_contracts(success, candidate, false).await? {
            return Ok(Err(unfit));
        }
        Ok(check_domain(
            submission,
            &success.interpreted,
            &self.participant,
            &candidate.topology,
            route(submission, candidate, success),
        ))
    }

    /// The contracts that are known here must be on the domain.
    async fn check_contracts(
        &self,
        success: &Success,
        candidate: &Candidate,
        is_prescribed: bool,
    ) -> Result<Result<(), Unfit>, storage::Error> {
        let used: BTreeSet<ContractId> = success.interpreted.inputs.keys().cloned().collect();
        let elsewhere = self.contracts.elsewhere(&used, candidate.number).await?;
        if elsewhere.is_empty() {
            return Ok(Ok(()));
        }
        Ok(Err(Unfit::Refused(refuse_elsewhere(
            &candidate.id,
            elsewhere,
            used.len(),
            is_prescribed,
        ))))
    }
}

/// Refuses contracts that are not on a domain.
fn refuse_elsewhere(
    domain: &DomainId,
    elsewhere: BTreeMap<ContractId, DomainId>,
    used: usize,
    is_prescribed: bool,
) -> Refusal {
    let names: BTreeSet<&str> = elsewhere.values().map(DomainId::as_str).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let refusal = if is_prescribed {
        Refusal::new(
            ErrorId::InvalidPrescribedSynchronizerId,
            format!("The needed input contracts are not on {domain}, but on {names}"),
        )
    } else if elsewhere.len() == used {
        let ids: Vec<String> = elsewhere.keys().map(ToString::to_string).collect();
        Refusal::new(
            ErrorId::NotConnectedToAllContractSynchronizers,
            format!(
                "The given contracts {} reside on synchronizers {names} to which this participant \
                 is currently not connected, or on which the transaction cannot be made.",
                ids.join(", ")
            ),
        )
    } else {
        Refusal::new(
            ErrorId::AutomaticReassignmentForTransactionFailed,
            format!(
                "Automatically reassigning contracts to a common synchronizer failed: some are on \
                 {domain}, others on {names}, and reassignment is not implemented yet."
            ),
        )
    };
    elsewhere.into_keys().fold(refusal, |refusal, id| {
        refusal.about("CONTRACT_ID", id.to_string())
    })
}

/// The domains that a submission does not rule out.
fn admissible(
    submission: &Submission,
    candidates: Vec<Candidate>,
) -> Result<Vec<Candidate>, Refusal> {
    if candidates.is_empty() && submission.domain.is_none() {
        return Err(not_connected());
    }
    let Some(wanted) = &submission.domain else {
        return Ok(candidates);
    };
    let found = candidates.into_iter().find(|it| it.id == *wanted);
    found
        .map(|candidate| vec![candidate])
        .ok_or_else(|| prescribed(wanted, "this participant is not connected to it"))
}

fn route<'a>(submission: &Submission, candidate: &'a Candidate, success: &Success) -> Route<'a> {
    Route {
        domain: &candidate.id,
        is_prescribed: submission.domain.is_some(),
        ledger_time: success.ledger_time,
    }
}

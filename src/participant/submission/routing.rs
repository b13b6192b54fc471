//! Whether a domain can take a transaction, and what it means that it cannot: pure.

use crate::model::{DomainId, Timestamp};
use crate::participant::errors::{ErrorId, Refusal};

/// Where a transaction is to go.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    /// The domain.
    pub domain: &'a DomainId,
    /// Whether the submission asks for it: no other would be taken.
    pub is_prescribed: bool,
    /// When the packages must be vetted.
    pub ledger_time: Timestamp,
}

/// Why a domain cannot take a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// An error of its own.
    Refused(Refusal),
    /// One of the reasons for which a domain is left out.
    Discarded(String),
}

impl From<Refusal> for Unfit {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Route<'_> {
    /// What a submission is told if this domain is the only one.
    pub fn refuse(self, unfit: Unfit) -> Refusal {
        match unfit {
            Unfit::Refused(refusal) => refusal,
            Unfit::Discarded(reason) if self.is_prescribed => prescribed(self.domain, &reason),
            Unfit::Discarded(reason) => none_fits(&[(self.domain.clone(), reason)]),
        }
    }
}

/// What a submission is told that no domain can take; the preferred ones first.
pub(super) fn refuse_all(unfit: Vec<(DomainId, Unfit)>) -> Option<Refusal> {
    let mut discarded = Vec::new();
    let mut first = None;
    for (domain, unfit) in unfit {
        match unfit {
            Unfit::Discarded(reason) => discarded.push((domain, reason)),
            Unfit::Refused(refusal) => first = first.or(Some(refusal)),
        }
    }
    if discarded.is_empty() {
        return first;
    }
    Some(none_fits(&discarded))
}

fn none_fits(discarded: &[(DomainId, String)]) -> Refusal {
    let discarded: Vec<String> = discarded
        .iter()
        .map(|(domain, reason)| format!("{domain}: {reason}"))
        .collect();
    Refusal::new(
        ErrorId::NoSynchronizerForSubmission,
        format!(
            "No valid synchronizer for submission found. Discarded synchronizers: {}",
            discarded.join(", ")
        ),
    )
}

/// The domain that a submission asks for cannot take it.
pub(super) fn prescribed(domain: &DomainId, reason: &str) -> Refusal {
    Refusal::new(
        ErrorId::InvalidPrescribedSynchronizerId,
        format!(
            "Cannot submit transaction to prescribed synchronizer `{domain}` because: {reason}"
        ),
    )
}

/// Packages are to be vetted on one of several domains, and nobody says on which one.
pub fn cannot_choose(domains: &[DomainId]) -> Refusal {
    let domains: Vec<&str> = domains.iter().map(DomainId::as_str).collect();
    Refusal::new(
        ErrorId::PackageServiceCannotAutodetectSynchronizer,
        format!(
            "The request did not specify a synchronizer and the participant is connected to \
             several: {}",
            domains.join(", ")
        ),
    )
}

/// There is no domain at all.
pub fn not_connected() -> Refusal {
    Refusal::new(
        ErrorId::NotConnectedToAnySynchronizer,
        "This participant is not connected to any synchronizer.",
    )
}

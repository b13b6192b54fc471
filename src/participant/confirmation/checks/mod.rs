//! The checks that look at a request alone: one per file, all of one shape, run in one list.
//!
//! A check says nothing, or why the request must be rejected. They need no state but the topology at
//! the request's sequencing time, so requests are checked in parallel; a check costs nothing that
//! another has done: what they share is in [`Request`].

mod authentication;
mod authorization;
mod conformance;
mod contracts;
mod informees;
mod time;
mod version;
mod vetting;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lf::engine::Interpreted;
use crate::lf::transaction::{ContractInstance, Transaction};
use crate::model::{ContractId, MemberId, PackageId, ParticipantId, ProtocolVersion};
use crate::participant::errors::ErrorId;
use crate::protocol::{InformeeTree, Reject, RequestId, TransactionView};
use crate::topology::State;

/// A request as the checks see it.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its sequencing time.
    pub id: RequestId,
    /// Who signed its parts.
    pub signer: &'a MemberId,
    /// Who must know and confirm, says the submitter.
    pub tree: &'a InformeeTree,
    /// The bytes of the view.
    pub view_bytes: &'a [u8],
    /// The view.
    pub view: &'a TransactionView,
    /// The transaction in it.
    pub transaction: &'a Transaction,
    /// The packages that must be vetted by those who run it.
    pub packages: &'a BTreeSet<PackageId>,
    /// The contracts that it uses, says the submitter.
    pub inputs: &'a BTreeMap<ContractId, Arc<ContractInstance>>,
    /// What came of interpreting its root nodes again.
    pub replayed: &'a Result<Box<Interpreted>, crate::lf::error::Error>,
    /// Who is who at its sequencing time.
    pub topology: &'a State,
    /// The domain's rules.
    pub protocol_version: ProtocolVersion,
    /// Who checks.
    pub checking: &'a ParticipantId,
}

type Check = fn(&Request<'_>) -> Result<(), Reject>;

/// Every check, the cheap ones first.
const CHECKS: [Check; 8] = [
    authentication::check,
    authorization::check,
    time::check,
    version::check,
    vetting::check,
    informees::check,
    contracts::check,
    conformance::check,
];

/// Runs the checks; the first that speaks against the request decides.
pub fn run(request: &Request<'_>) -> Option<Reject> {
    CHECKS.iter().find_map(|check| check(request).err())
}

/// A request that does not follow the protocol: its sender is faulty or malicious.
pub(super) fn malformed(message: impl Into<String>) -> Reject {
    Reject {
        error_id: ErrorId::LocalVerdictMalformedRequest.as_str().to_owned(),
        message: message.into(),
        malformed: true,
        ..Reject::default()
    }
}

/// A request that follows the protocol, but not now.
fn refused(id: ErrorId, message: impl Into<String>) -> Reject {
    Reject {
        error_id: id.as_str().to_owned(),
        message: message.into(),
        ..Reject::default()
    }
}

//! The checks that look at a request alone: one per file, all of one shape, run in one list.
//!
//! A check says nothing, or why the request must be rejected. They need no state but the topology at
//! the request's sequencing time, so requests are checked in parallel; a check costs nothing that
//! another has done: what they share is in [`Request`].
//!
//! A request that is malformed under that topology is looked at once more under the one under which it
//! was made, only to tell a change on its way from a forgery: nothing is approved under an old topology.

mod authentication;
mod authorization;
mod conformance;
mod consistency;
mod contracts;
mod informees;
mod recipients;
mod time;
mod version;
mod vetting;

use std::collections::BTreeSet;

use super::Problem;
use super::replay::Inputs;
use super::top_view::TopView;
use crate::model::{MemberId, PackageId, ParticipantId, ProtocolVersion};
use crate::participant::errors::ErrorId;
use crate::protocol::{
    CommonMetadata, Recipients, Reject, RequestId, SubmitterMetadata, TransactionMetadata,
};
use crate::topology::{History, State};

/// A request as the checks see it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Its sequencing time.
    pub id: RequestId,
    /// Who signed its parts.
    pub signer: &'a MemberId,
    /// Who else got the root hash, as far as we are told.
    pub root_recipients: &'a Recipients,
    /// What all know of it.
    pub common: &'a CommonMetadata,
    /// What holds for the whole transaction.
    pub times: &'a TransactionMetadata,
    /// Who submits, if a root view is visible.
    pub submitter: Option<&'a SubmitterMetadata>,
    /// The visible views, interpreted.
    pub tops: &'a [TopView<'a>],
    /// The packages that must be vetted by those who run it.
    pub packages: &'a BTreeSet<PackageId>,
    /// The contracts that it uses, says the submitter.
    pub inputs: &'a Inputs,
    /// Who is who at its sequencing time.
    pub topology: &'a State,
    /// The domain's rules.
    pub protocol_version: ProtocolVersion,
    /// Who checks.
    pub checking: &'a ParticipantId,
}

type Check = fn(&Request<'_>) -> Result<(), Problem>;

/// Every check, the cheap ones first.
const CHECKS: [Check; 10] = [
    authentication::check,
    recipients::check,
    authorization::check,
    time::check,
    version::check,
    vetting::check,
    contracts::check,
    conformance::check,
    informees::check,
    consistency::check,
];

/// Runs the checks; the first that speaks against the request decides. If it is malformed, and would not
/// have been under the topology under which it was made, its submitter could not know better.
pub fn run(request: &Request<'_>, history: &History) -> Option<Problem> {
    let problem = CHECKS.iter().find_map(|check| check(request).err())?;
    if problem.reject.malformed && was_right(request, history) {
        return Some(Problem {
            reject: Box::new(Reject::overtaken()),
            detail: format!("the topology has changed: {}", problem.detail),
        });
    }
    Some(problem)
}

/// Whether the request followed the protocol before the topology changed. It is not approved even so.
fn was_right(request: &Request<'_>, history: &History) -> bool {
    let tolerance = request.topology.parameters().topology_change_tolerance();
    let time = request.common.topology_time;
    let Some(topology) = history.replaced(time, request.id.0, tolerance) else {
        return false;
    };
    let before = Request {
        topology,
        ..*request
    };
    let mut problems = CHECKS.iter().filter_map(|check| check(&before).err());
    problems.all(|problem| !problem.reject.malformed)
}

/// A request that does not follow the protocol: its sender is faulty or malicious. Others are told no
/// more than that: what is wrong may be about contracts that they must not see.
pub(super) fn malformed(detail: impl Into<String>) -> Problem {
    Problem {
        reject: Box::new(Reject {
            error_id: ErrorId::LocalVerdictMalformedRequest.as_str().to_owned(),
            message: "Rejected transaction due to malformed request: see the log of the \
                      participant that rejected it"
                .to_owned(),
            malformed: true,
            ..Reject::default()
        }),
        detail: detail.into(),
    }
}

/// A request that follows the protocol, but not now. The message is told to others.
fn refused(id: ErrorId, message: impl Into<String>) -> Problem {
    let message = message.into();
    Problem {
        detail: message.clone(),
        reject: Box::new(Reject {
            error_id: id.as_str().to_owned(),
            message,
            ..Reject::default()
        }),
    }
}

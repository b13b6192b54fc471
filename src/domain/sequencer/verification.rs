//! Whether senders are who they say: the signatures of requests.

use super::actor::Sender;
use super::intake::Candidate;
use crate::model::DomainId;
use crate::protocol::{Error, GoodSignatures, SubmissionRequest};
use crate::runtime::compute::ComputePool;
use crate::sequencer_client::SendError;

/// A request whose signature is still to be checked, and who waits for its fate.
pub(super) struct Unverified {
    pub candidate: Candidate,
    pub reply: Sender,
}

/// So many requests, and bytes, are checked on the spot: it takes less than half a millisecond, and
/// the compute pool may be busy.
const ON_THE_SPOT: usize = 8;
const ON_THE_SPOT_BYTES: usize = 128 << 10;

/// Requests that one worker checks in one go.
const CHUNK: usize = 32;

/// What was found out about a request.
type Checked = Vec<(Result<SubmissionRequest, SendError>, Sender)>;

/// Checks the signatures of requests; the order stays.
pub(super) async fn check(
    mut sends: Vec<Unverified>,
    domain: DomainId,
    good: &GoodSignatures,
    compute: &ComputePool,
) -> Checked {
    let bytes: usize = sends.iter().map(|it| it.candidate.request.size()).sum();
    if sends.len() <= ON_THE_SPOT && bytes <= ON_THE_SPOT_BYTES {
        return check_all(sends, &domain, good);
    }
    let mut jobs = Vec::new();
    while !sends.is_empty() {
        let rest = sends.split_off(sends.len().min(CHUNK));
        let chunk = std::mem::replace(&mut sends, rest);
        let (domain, good) = (domain.clone(), good.clone());
        jobs.push(compute.run(move || check_all(chunk, &domain, &good)));
    }
    let mut checked = Vec::new();
    for done in futures_util::future::join_all(jobs).await {
        match done {
            Ok(chunk) => checked.extend(chunk),
            // who waits learns that nobody answers, and sends again
            Err(error) => tracing::warn!(%error, "signatures of requests were not checked"),
        }
    }
    checked
}

fn check_all(sends: Vec<Unverified>, domain: &DomainId, good: &GoodSignatures) -> Checked {
    sends
        .into_iter()
        .map(|send| (check_one(send.candidate, domain, good), send.reply))
        .collect()
}

fn check_one(
    candidate: Candidate,
    domain: &DomainId,
    good: &GoodSignatures,
) -> Result<SubmissionRequest, SendError> {
    let request = &candidate.request;
    match request.verify_known(domain, &candidate.keys, good) {
        Ok(()) => Ok(candidate.request.into_request()),
        Err(error) => Err(SendError::Refused(refused(&error))),
    }
}

/// Something that was signed by nobody who may: an alarm; what is said to the sender.
pub(super) fn refused(error: &Error) -> String {
    let reason = match error {
        Error::BadSignature(_) | Error::UnknownSigner(_) => "signature",
        Error::WrongDomain(_) => "domain",
        Error::UnsupportedVersion { .. } => "version",
        Error::Malformed(_) => "malformed",
    };
    alarm(reason, &error.to_string());
    error.to_string()
}

/// A member, or somebody in its name, did what no honest member does.
pub(super) fn alarm(reason: &'static str, what: &str) {
    metrics::counter!("jura_sequencer_refused_requests_total", "reason" => reason).increment(1);
    tracing::warn!(reason, what, "request to the sequencer refused");
}

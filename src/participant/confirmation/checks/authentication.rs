//! Does the request come from who it says, and in time?

use super::{Request, malformed};
use crate::participant::confirmation::Problem;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let submitting = &request.common.submitting_participant;
    if *request.signer != submitting.member() {
        return Err(malformed(format!(
            "{} submits in the name of {submitting}",
            request.signer
        )));
    }
    if request.id.0 > request.common.max_sequencing_time {
        return Err(malformed(format!(
            "the request was sequenced at {} though it had to be until {}",
            request.id, request.common.max_sequencing_time
        )));
    }
    Ok(())
}

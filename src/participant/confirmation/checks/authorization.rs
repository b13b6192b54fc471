//! May the submitting participant act for the submitters?

use super::{Request, malformed};
use crate::protocol::Reject;
use crate::topology::Permission;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    let submitter = &request.tree.submitting_participant;
    let act_as = &request.view.submitter.act_as;
    if act_as.is_empty() {
        return Err(malformed("nobody submits"));
    }
    act_as
        .iter()
        .find(|party| {
            !request
                .topology
                .may(submitter, Permission::Submission, party)
        })
        .map_or(Ok(()), |party| {
            Err(malformed(format!(
                "participant {submitter} may not submit for {party}"
            )))
        })
}

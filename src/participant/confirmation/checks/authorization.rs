//! May the submitting participant act for the submitters, and who gave a view its authority?
//!
//! A root view has the authority of the submitters. Any other has that of the node above: whoever hosts
//! somebody of whom it needs authority is informed of that node, and sees its view. So a view above which
//! nothing is visible must not need the authority of anybody hosted here.

use super::{Request, malformed};
use crate::participant::confirmation::Problem;
use crate::topology::Permission;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    if let Some(submitter) = request.submitter {
        let submitting = &request.common.submitting_participant;
        let may = |party| {
            let topology = request.topology;
            topology.may(submitting, Permission::Submission, party)
        };
        if submitter.act_as.is_empty() {
            return Err(malformed("nobody submits"));
        }
        if let Some(party) = submitter.act_as.iter().find(|party| !may(party)) {
            return Err(malformed(format!(
                "participant {submitting} may not submit for {party}"
            )));
        }
    }
    for top in request
        .tops
        .iter()
        .filter(|top| !top.visible.view.is_root())
    {
        let needed = top.action.required_authorizers();
        let hosted = |party: &&crate::model::Party| {
            let hosting = request.topology.hosting(party);
            hosting.is_some_and(|it| it.permission(request.checking).is_some())
        };
        if let Some(party) = needed.iter().find(hosted) {
            return Err(malformed(format!(
                "view {} needs the authority of {party}, and what is above is not shown",
                top.visible.position
            )));
        }
    }
    Ok(())
}

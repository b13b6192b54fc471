//! Does the request come from who it says, and do its parts belong together?

use super::{Request, malformed};
use crate::protocol::{Reject, TransactionView};

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    if *request.signer != request.tree.submitting_participant.member() {
        return Err(malformed(format!(
            "{} submits in the name of {}",
            request.signer, request.tree.submitting_participant
        )));
    }
    if TransactionView::hash(request.view_bytes) != request.tree.view_hash {
        return Err(malformed(
            "the view is not the one that the informee tree names",
        ));
    }
    Ok(())
}

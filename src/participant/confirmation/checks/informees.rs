//! Does the informee tree name those whom the transaction concerns, and does everybody know them?

use super::{Request, malformed};
use crate::participant::submission::concerned;
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    let concerned = concerned(request.transaction);
    if concerned.informees != request.tree.informees {
        return Err(malformed(
            "the informees are not those whom the transaction concerns",
        ));
    }
    if concerned.confirming != request.tree.confirming_parties {
        return Err(malformed(
            "the confirming parties are not those who must confirm the transaction",
        ));
    }
    Ok(())
}

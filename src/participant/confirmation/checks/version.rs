//! Does the domain's protocol version know what the transaction uses?

use super::{Request, malformed};
use crate::participant::confirmation::Problem;

pub(super) fn check(request: &Request<'_>) -> Result<(), Problem> {
    let mut parts = request
        .tops
        .iter()
        .filter_map(|top| top.replayed.as_ref().ok());
    let uses_keys = parts.any(|replayed| replayed.transaction.uses_keys());
    if uses_keys && !request.protocol_version.has_contract_keys() {
        return Err(malformed(format!(
            "the transaction uses contract keys, which protocol version {} does not have",
            request.protocol_version
        )));
    }
    Ok(())
}

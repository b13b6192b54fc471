//! Does the domain's protocol version know what the transaction uses?

use super::{Request, malformed};
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    if request.transaction.uses_keys() && !request.protocol_version.has_contract_keys() {
        return Err(malformed(format!(
            "the transaction uses contract keys, which protocol version {} does not have",
            request.protocol_version
        )));
    }
    Ok(())
}

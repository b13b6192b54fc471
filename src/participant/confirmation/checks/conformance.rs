//! Is the transaction what the model says about its root nodes?

use super::{Request, malformed};
use crate::protocol::Reject;

pub(super) fn check(request: &Request<'_>) -> Result<(), Reject> {
    match request.replayed {
        Ok(replayed) if replayed.transaction == *request.transaction => Ok(()),
        Ok(_) => Err(malformed(
            "the transaction is not what its root nodes lead to",
        )),
        Err(error) => Err(malformed(format!(
            "the transaction's root nodes lead to no transaction: {error}"
        ))),
    }
}

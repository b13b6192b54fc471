//! `GetUpdateByHash`: the hash is that of an externally signed transaction, and there are none.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::requests::{present, update_format};
use crate::participant::errors::{ErrorId, Refusal};

pub(super) fn call(
    request: proto::GetUpdateByHashRequest,
) -> Result<proto::GetUpdateResponse, Refusal> {
    if request.transaction_hash.is_empty() {
        return Err(Refusal::missing_field("transaction_hash"));
    }
    update_format(present(request.update_format, "update_format")?)?;
    Err(
        Refusal::new(ErrorId::UpdateNotFound, "Update not found, or not visible.")
            .about("TRANSACTION_HASH", hex::encode(&request.transaction_hash)),
    )
}

//! `GetUpdateById`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::super::requests::{present, update_format};
use crate::model::UpdateId;
use crate::participant::errors::{ErrorId, Refusal};

/// In front of every id: the algorithm of the hash (SHA-256) and its length.
const HASH_PREFIX: [u8; 2] = [0x12, 0x20];

pub(super) async fn call(
    door: &Door,
    request: proto::GetUpdateByIdRequest,
) -> Result<proto::GetUpdateResponse, Refusal> {
    let id = update_id(&request.update_id)?;
    let format = update_format(present(request.update_format, "update_format")?)?;
    let entry = door.model.entry_of_update(&id).await?;
    let shown = super::show(door, entry, &format).await?;
    shown.ok_or_else(|| {
        Refusal::new(ErrorId::UpdateNotFound, "Update not found, or not visible.")
            .about("UPDATE_ID", id.to_string())
    })
}

fn update_id(text: &str) -> Result<UpdateId, Refusal> {
    if text.is_empty() {
        return Err(Refusal::missing_field("update_id"));
    }
    let id = UpdateId::parse(text).map_err(Refusal::invalid_argument)?;
    let bytes = hex::decode(text)
        .map_err(|_| Refusal::invalid_argument(format!("Failed to parse hex string: {text}")))?;
    let wrong = match bytes.strip_prefix(&HASH_PREFIX) {
        Some(hash) if hash.len() == 32 => return Ok(id),
        Some(_) => "Invalid hash: its length is not 32".to_owned(),
        None => {
            let algorithm = bytes.first().copied().unwrap_or_default();
            format!("Invalid hash algorithm: Unknown hash algorithm for index: {algorithm}")
        }
    };
    Err(Refusal::invalid_argument(wrong))
}

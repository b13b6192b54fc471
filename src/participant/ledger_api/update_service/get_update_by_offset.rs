//! `GetUpdateByOffset`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::super::requests::{positive, present, update_format};
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: proto::GetUpdateByOffsetRequest,
) -> Result<proto::GetUpdateResponse, Refusal> {
    let expected = "the offset has to be a positive integer (>0)";
    let offset = positive(request.offset, "offset", expected)?;
    let format = update_format(present(request.update_format, "update_format")?)?;
    let entry = door.model.entry_at(offset).await?;
    let shown = super::show(door, entry, &format).await?;
    shown.ok_or_else(|| {
        Refusal::new(ErrorId::UpdateNotFound, "Update not found, or not visible.")
            .about("OFFSET", offset.to_string())
    })
}

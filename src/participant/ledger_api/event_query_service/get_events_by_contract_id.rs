//! `GetEventsByContractId`: creation and archival of one contract.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::{archived_event, created_event, single_event};
use super::super::door::Door;
use super::super::requests::{contract_id, event_format, present};
use crate::participant::errors::{ErrorId, Refusal};

pub(super) async fn call(
    door: &Door,
    request: proto::GetEventsByContractIdRequest,
) -> Result<proto::GetEventsByContractIdResponse, Refusal> {
    let id = contract_id(&request.contract_id, "contract_id")?;
    let format = event_format(present(request.event_format, "event_format")?)?;
    let life = door.model.life(&id, &format).await?;
    let write = |update| single_event(update, format.verbose, door.engine());
    let created = life.created.as_ref().map(write).transpose()?;
    let archived = life.archived.as_ref().map(write).transpose()?;
    if created.is_none() && archived.is_none() {
        return Err(Refusal::new(
            ErrorId::ContractEventsNotFound,
            "Contract events not found, or not visible.",
        )
        .about("CONTRACT_ID", id.to_string()));
    }
    Ok(proto::GetEventsByContractIdResponse {
        created: created.map(|(event, synchronizer_id)| proto::Created {
            created_event: created_event(event),
            synchronizer_id,
        }),
        archived: archived.map(|(event, synchronizer_id)| proto::Archived {
            archived_event: archived_event(event),
            synchronizer_id,
        }),
    })
}

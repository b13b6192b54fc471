//! `GetLedgerEnd`.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::domain_times;
use super::super::door::Door;
use crate::participant::errors::Refusal;

pub(super) fn call(door: &Door) -> Result<proto::GetLedgerEndResponse, Refusal> {
    let end = door.model.ledger_end()?;
    Ok(proto::GetLedgerEndResponse {
        offset: end.offset.get(),
        synchronizer_times: domain_times(&end),
    })
}

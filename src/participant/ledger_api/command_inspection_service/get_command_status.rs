//! `GetCommandStatus`: recent commands by the begin of their id and by state.

use canton_proto::com::daml::ledger::api::v2::admin as proto;
use proto::CommandState;

use super::super::door::Door;
use crate::participant::errors::Refusal;

/// Commands in an answer, if the client does not say.
const DEFAULT_LIMIT: u32 = 100;

pub(super) fn call(
    door: &Door,
    request: &proto::GetCommandStatusRequest,
) -> Result<proto::GetCommandStatusResponse, Refusal> {
    let state = CommandState::try_from(request.state).map_err(|_| {
        Refusal::invalid_argument(format!("{} is no state of a command", request.state))
    })?;
    let state = (state != CommandState::Unspecified).then_some(state);
    let limit = match request.limit {
        0 => DEFAULT_LIMIT,
        limit => limit,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let command_status = door.history.find(&request.command_id_prefix, state, limit);
    Ok(proto::GetCommandStatusResponse { command_status })
}

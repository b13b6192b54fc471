//! What both ways to read active contracts have in common.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::active_contract;
use super::super::requests::{Token, TokenError};
use crate::lf::engine::Engine;
use crate::model::Offset;
use crate::participant::errors::Refusal;
use crate::participant::indexer::Body;
use crate::participant::updates::{ActiveContract, ActiveCursor, Place};

/// A contract as a message; `token` is where a reader goes on after it.
pub(super) fn response(
    contract: &ActiveContract,
    verbose: bool,
    engine: &Engine,
    token: Vec<u8>,
) -> Result<proto::GetActiveContractsResponse, Refusal> {
    let workflow_id = match &contract.created.projection.entry.body {
        Body::Transaction(transaction) => transaction.workflow_id.as_ref(),
        Body::Rejection(_) | Body::Hosting(_) => None,
    };
    Ok(proto::GetActiveContractsResponse {
        workflow_id: workflow_id.map(ToString::to_string).unwrap_or_default(),
        stream_continuation_token: token,
        contract_entry: Some(active_contract(&contract.created, verbose, engine)?),
    })
}

/// A cursor as a token.
pub(super) fn token(cursor: ActiveCursor) -> Token {
    let (list, archived, created, node) = match cursor.after {
        Place::Archived(archived, created, node) => (0, archived, created, node),
        Place::Active(created, node) => (1, 0, created, node),
    };
    let (at, end) = (cursor.at.get(), cursor.end.get());
    Token::new([at, end, list, archived, created, i64::from(node)])
}

/// The cursor in a token.
pub(super) fn cursor(token: &Token) -> Result<ActiveCursor, TokenError> {
    let [at, end, list, archived, created, node] = token.numbers()?;
    let node = i32::try_from(node).map_err(|_| TokenError::Garbage)?;
    let after = match list {
        0 => Place::Archived(archived, created, node),
        1 => Place::Active(created, node),
        _ => return Err(TokenError::Garbage),
    };
    Ok(ActiveCursor {
        at: Offset::new(at).ok_or(TokenError::Garbage)?,
        end: Offset::new(end).ok_or(TokenError::Garbage)?,
        after,
    })
}

//! `GetActiveContracts`: a stream of the contracts that were active at an offset.

use canton_proto::com::daml::ledger::api::v2 as proto;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::super::context::Context;
use super::super::door::Door;
use super::super::requests::{
    Token, TokenError, event_format, non_negative, not_after_end, present,
};
use super::super::streams::Answers;
use super::contracts::{cursor, response, token};
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::updates::{ActiveCursor, ActiveReader, EventFormat};

pub(super) async fn call(
    door: &Door,
    context: &Context,
    request: proto::GetActiveContractsRequest,
) -> Result<Answers<proto::GetActiveContractsResponse>, Refusal> {
    let format = event_format(present(request.event_format, "event_format")?)?;
    let at = non_negative(request.active_at_offset, "active_at_offset")?;
    let participant = door.participant().await?;
    let scope = format!("contracts {participant} {at} {format:?}");
    let continued = request.stream_continuation_token.as_deref();
    let continued = continued.filter(|token| !token.is_empty());
    let continued = continued.map(|token| decode(token, &scope)).transpose()?;
    let end = door.end()?;
    not_after_end(at, end, "active_at_offset")?;
    let cursor = continued.unwrap_or_else(|| ActiveCursor::new(at, end));
    contracts(door, context, &format, cursor, scope).await
}

async fn contracts(
    door: &Door,
    context: &Context,
    format: &EventFormat,
    cursor: ActiveCursor,
    scope: String,
) -> Result<Answers<proto::GetActiveContractsResponse>, Refusal> {
    let selection = door.model.selection(format).await?.filters;
    let verbose = format.verbose;
    if cursor.at == Offset::BEGIN {
        return Ok(stream::empty().boxed());
    }
    let reader = ActiveReader::new(door.model.clone(), selection, verbose, cursor);
    let stop = door.stop.clone();
    let pages = stream::try_unfold(reader, move |mut reader| {
        let stop = stop.clone();
        async move {
            if stop.is_fired() {
                return Err(Refusal::new(
                    ErrorId::AbortedDueToShutdown,
                    "Request aborted due to shutdown.",
                ));
            }
            let page = reader.next().await?;
            Ok(page.map(|page| (page, reader)))
        }
    });
    let engine = door.engine().clone();
    let context = context.clone();
    Ok(pages
        .map_ok(|page| stream::iter(page).map(Ok))
        .try_flatten()
        .and_then(move |contract| {
            let token = token(contract.cursor).encode(&scope);
            std::future::ready(response(&contract, verbose, &engine, token))
        })
        .map_err(move |refusal| context.status(&refusal))
        .boxed())
}

fn decode(bytes: &[u8], scope: &str) -> Result<ActiveCursor, Refusal> {
    let decoded = Token::decode(bytes, scope).and_then(|token| cursor(&token));
    decoded.map_err(|error| match error {
        TokenError::Garbage => Refusal::invalid_field(
            "stream_continuation_token",
            "Invalid stream continuation token for GetActiveContractsRequest",
        ),
        TokenError::OtherRequest => Refusal::new(
            ErrorId::InvalidContinuationToken,
            "The continuation token is not from a stream with the same request of the same \
             participant.",
        ),
    })
}

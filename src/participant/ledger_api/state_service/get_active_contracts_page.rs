//! `GetActiveContractsPage`: active contracts by the page.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::door::Door;
use super::super::requests::{
    Token, TokenError, event_format, non_negative, not_after_end, page_size, present,
};
use super::contracts::{cursor, response, token};
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::updates::{ActiveContract, ActiveCursor, ActiveReader, EventFormat};

pub(super) async fn call(
    door: &Door,
    request: proto::GetActiveContractsPageRequest,
) -> Result<proto::GetActiveContractsPageResponse, Refusal> {
    let format = event_format(present(request.event_format, "event_format")?)?;
    let config = &door.config;
    let (default, max) = (
        config.default_contracts_page_size,
        config.max_contracts_page_size,
    );
    let max = page_size(request.max_page_size, default, max)?;
    let participant = door.participant().await?;
    let scope = format!(
        "contracts page {participant} {:?} {format:?}",
        request.active_at_offset
    );
    let continued = request.page_token.as_deref();
    let continued = continued.filter(|token| !token.is_empty());
    let continued = continued.map(|token| decode(token, &scope)).transpose()?;
    let asked = request.active_at_offset;
    let asked = asked.map(|offset| non_negative(offset, "active_at_offset"));
    let asked = asked.transpose()?;
    let end = door.end()?;
    let cursor = match continued {
        Some(cursor) => cursor,
        None => ActiveCursor::new(asked.unwrap_or(end), end),
    };
    not_after_end(cursor.at, end, "active_at_offset")?;
    let (contracts, has_more) = read(door, &format, cursor, max).await?;
    let next = contracts.last().filter(|_| has_more);
    let next = next.map(|last| token(last.cursor).encode(&scope));
    let written = contracts.iter();
    let written = written.map(|it| response(it, format.verbose, door.engine(), Vec::new()));
    Ok(proto::GetActiveContractsPageResponse {
        active_contracts: written.collect::<Result<_, _>>()?,
        active_at_offset: cursor.at.get(),
        next_page_token: next,
    })
}

async fn read(
    door: &Door,
    format: &EventFormat,
    cursor: ActiveCursor,
    max: usize,
) -> Result<(Vec<ActiveContract>, bool), Refusal> {
    let selection = door.model.selection(format).await?.filters;
    let mut contracts = Vec::new();
    if cursor.at > Offset::BEGIN {
        let mut reader = ActiveReader::new(door.model.clone(), selection, format.verbose, cursor);
        // one more than asked for shows that there are more
        while contracts.len() <= max
            && let Some(page) = reader.next().await?
        {
            contracts.extend(page);
        }
    }
    let has_more = contracts.len() > max;
    contracts.truncate(max);
    Ok((contracts, has_more))
}

fn decode(bytes: &[u8], scope: &str) -> Result<ActiveCursor, Refusal> {
    let decoded = Token::decode(bytes, scope).and_then(|token| cursor(&token));
    decoded.map_err(|error| match error {
        TokenError::Garbage => Refusal::invalid_field(
            "page_token",
            "Invalid page token for GetActiveContractsPageRequest",
        ),
        TokenError::OtherRequest => Refusal::new(
            ErrorId::InvalidAcsPageToken,
            "The submitted command contains an invalid page token. Tokens used in ACS requests \
             must be taken from a valid GetActiveContractsPageResponse and used with the same \
             request and the same participant.",
        ),
    })
}

//! `ListKnownParties`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::{decode_text_token, text_token};
use super::details::with_notes;
use crate::model::Party;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::ListKnownPartiesRequest,
) -> Result<proto::ListKnownPartiesResponse, Refusal> {
    let after = match request.page_token.as_str() {
        "" => String::new(),
        token => decode_text_token(token)
            .ok_or_else(|| Refusal::invalid_argument("Invalid page token"))?,
    };
    let limit = door.config.max_parties_page_size;
    let max = match usize::try_from(request.page_size) {
        Err(_) => {
            return Err(Refusal::invalid_argument("Page size must be non-negative"));
        }
        Ok(size) if size > limit => {
            return Err(Refusal::invalid_argument(format!(
                "Page size must not exceed the server's maximum of {limit}"
            )));
        }
        Ok(0) => limit,
        Ok(size) => size,
    };
    identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let prefix = request.filter_party.as_str();
    if !prefix.is_empty() {
        Party::parse(prefix).map_err(|error| Refusal::invalid_field("filterString", error))?;
    }
    let known = door.model.parties_after(&after, prefix, max).await?;
    let last = known.last().filter(|_| known.len() == max);
    Ok(proto::ListKnownPartiesResponse {
        next_page_token: last.map_or_else(String::new, |it| text_token(it.party.as_str())),
        party_details: with_notes(door, &known).await?,
    })
}

//! `ListUsers`.

use canton_proto::com::daml::ledger::api::v2::admin as proto;

use super::super::administration::identity_provider;
use super::super::door::Door;
use super::super::requests::{decode_text_token, text_token};
use super::store::Page;
use crate::participant::errors::Refusal;

pub(super) async fn call(
    door: &Door,
    request: &proto::ListUsersRequest,
) -> Result<proto::ListUsersResponse, Refusal> {
    let after = match request.page_token.as_str() {
        "" => String::new(),
        token => decode_text_token(token)
            .ok_or_else(|| Refusal::invalid_argument("Invalid page token"))?,
    };
    let asked = usize::try_from(request.page_size)
        .map_err(|_| Refusal::invalid_argument("Max page size must be non-negative"))?;
    let provider = identity_provider(&request.identity_provider_id, "identity_provider_id")?;
    let max = match asked {
        0 => door.config.max_users_page_size,
        asked => asked.min(door.config.max_users_page_size),
    };
    let page = Page { after: &after, max };
    let users = door.users.list(page, &provider).await?;
    let last = users.last().filter(|_| users.len() == max);
    Ok(proto::ListUsersResponse {
        next_page_token: last.map_or_else(String::new, |user| text_token(user.id.as_str())),
        users: users.iter().map(super::user::User::to_proto).collect(),
    })
}

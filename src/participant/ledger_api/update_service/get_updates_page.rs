//! `GetUpdatesPage`: updates by the page.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::super::answers::single_update;
use super::super::door::Door;
use super::super::requests::{
    Token, TokenError, non_negative, not_after_end, page_size, positive, present, update_format,
};
use super::is_verbose;
use crate::model::Offset;
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::updates::{Page, Stretch, UpdateFormat};

/// What is asked for, but for the page.
struct Question {
    /// Where to begin; what is there if the client does not say.
    after: Option<Offset>,
    last: Option<Offset>,
    max: usize,
    format: UpdateFormat,
    descending: bool,
}

pub(super) async fn call(
    door: &Door,
    request: proto::GetUpdatesPageRequest,
) -> Result<proto::GetUpdatesPageResponse, Refusal> {
    let token = request.page_token.clone().filter(|it| !it.is_empty());
    if let Some(token) = &token
        && Token::decode(token, "") == Err(TokenError::Garbage)
    {
        return Err(garbage());
    }
    let end = door.end()?;
    let question = Question::new(request, door, end)?;
    let scope = question.scope(door.participant().await?.as_str());
    let continued = match token {
        None => None,
        Some(token) => Some(continued(&token, &scope)?),
    };
    let to = question.last.unwrap_or(end);
    let (page, stretch) = question.page(door, continued, to).await?;
    let verbose = is_verbose(&question.format);
    let updates = page.updates.iter();
    let updates = updates.map(|update| single_update(update, verbose, door.engine()));
    let bounds = bounds(stretch, page.next);
    let goes_on = page.next.is_some() || (question.last.is_none() && !question.descending);
    let next = match stretch {
        Stretch::Forward { .. } => bounds.1,
        Stretch::Backward { .. } => bounds.0,
    };
    Ok(proto::GetUpdatesPageResponse {
        updates: updates.collect::<Result<_, _>>()?,
        lowest_page_offset_exclusive: bounds.0.get(),
        highest_page_offset_inclusive: bounds.1.get(),
        next_page_token: goes_on.then(|| Token::new([next.get()]).encode(&scope)),
    })
}

impl Question {
    fn new(
        request: proto::GetUpdatesPageRequest,
        door: &Door,
        end: Offset,
    ) -> Result<Self, Refusal> {
        let last = request.end_offset_inclusive.map(|offset| {
            let expected = "the offset has to be a positive integer (>0)";
            positive(offset, "endOffsetInclusive", expected)
        });
        let last = last.transpose()?;
        let after = request.begin_offset_exclusive;
        let after = after.map(|it| non_negative(it, "beginOffsetExclusive"));
        let after = after.transpose()?;
        let config = &door.config;
        let (default, max) = (
            config.default_updates_page_size,
            config.max_updates_page_size,
        );
        let max = page_size(request.max_page_size, default, max)?;
        if let Some(last) = last {
            not_after_end(last, end, "endOffsetInclusive")?;
            if after.is_some_and(|after| after > last) {
                return Err(Refusal::invalid_argument(
                    "beginOffsetExclusive is after endOffsetInclusive",
                ));
            }
        }
        if let Some(after) = after {
            not_after_end(after, end, "beginOffsetExclusive")?;
        }
        Ok(Self {
            after,
            last,
            max,
            format: update_format(present(request.update_format, "update_format")?)?,
            descending: request.descending_order,
        })
    }

    /// A page and which part of the ledger was looked through for it.
    async fn page(
        &self,
        door: &Door,
        continued: Option<Offset>,
        to: Offset,
    ) -> Result<(Page, Stretch), Refusal> {
        let stretch = |after| match (self.descending, continued) {
            (false, continued) => Stretch::Forward {
                after: continued.unwrap_or(after),
                last: Some(to),
            },
            (true, from) => Stretch::Backward {
                from: from.unwrap_or(to),
                after,
            },
        };
        let (format, max, model) = (&self.format, self.max, &door.model);
        // who goes forward has been told where it began
        let begin = self
            .after
            .or_else(|| continued.filter(|_| !self.descending));
        match begin {
            Some(begin) => {
                let stretch = stretch(begin);
                Ok((model.page(format, stretch, max).await?, stretch))
            }
            None => model.page_of_what_is_there(format, stretch, max).await,
        }
    }

    /// Everything that must be the same for the next page.
    fn scope(&self, participant: &str) -> String {
        let Self {
            after,
            last,
            max,
            format,
            descending,
        } = self;
        format!("updates {participant} {after:?} {last:?} {max} {descending} {format:?}")
    }
}

/// The part of the ledger that a page covers: up to the next update, if there is one.
fn bounds(stretch: Stretch, next: Option<Offset>) -> (Offset, Offset) {
    match stretch {
        Stretch::Forward { after, last: to } => {
            let before = next.and_then(|next| Offset::new(next.get() - 1));
            (after, before.or(to).unwrap_or(after))
        }
        Stretch::Backward { from, after } => (next.unwrap_or(after), from),
    }
}

fn continued(token: &[u8], scope: &str) -> Result<Offset, Refusal> {
    let number = Token::decode(token, scope).and_then(|token| token.numbers::<1>());
    match number {
        Ok([number]) => Offset::new(number).ok_or_else(garbage),
        Err(TokenError::Garbage) => Err(garbage()),
        Err(TokenError::OtherRequest) => Err(Refusal::new(
            ErrorId::InvalidUpdatesPageToken,
            "The submitted command contains an invalid page token. Tokens used in GetUpdatesPage \
             requests must be taken from a valid GetUpdatesPageResponse and used with the same \
             request and the same participant.",
        )),
    }
}

fn garbage() -> Refusal {
    Refusal::invalid_field("page_token", "Invalid page token for GetUpdatesPageRequest")
}

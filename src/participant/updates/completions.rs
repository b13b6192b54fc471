//! What became of submissions, one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::follow::{Follow, Step};
use super::read_model::{ReadModel, decode_row};
use super::store::Range;
use super::stream::Told;
use crate::model::{Offset, Party, UserId};
use crate::participant::errors::Refusal;
use crate::participant::indexer::Entry;
use crate::runtime::shutdown::Signal;

/// Entries taken from memory at once at most.
const RECENT_MAX: usize = 1000;

/// Whose completions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompletionFilter {
    /// Of which user's submissions; of all if none is named.
    pub user: Option<UserId>,
    /// Of submissions with the authority of one of these; of all if none is named.
    pub parties: Option<BTreeSet<Party>>,
}

impl CompletionFilter {
    /// Whether an entry has a completion that passes.
    pub fn passes(&self, entry: &Entry) -> bool {
        let Some(completion) = entry.completion() else {
            return false;
        };
        let user = self.user.as_ref();
        let parties = self.parties.as_ref();
        user.is_none_or(|user| *user == completion.user_id)
            && parties.is_none_or(|parties| completion.act_as.iter().any(|p| parties.contains(p)))
    }
}

impl ReadModel {
    /// Entries with completions, as they are told to one reader.
    pub fn completions(
        &self,
        filter: CompletionFilter,
        after: Offset,
        last: Option<Offset>,
        stop: Signal,
    ) -> BoxStream<'static, Result<Told<Arc<Entry>>, Refusal>> {
        let interval = self.config().checkpoint_interval;
        let follow = Follow::new(self.head(), stop, after, last, interval);
        let state = (self.clone(), filter, follow);
        stream::try_unfold(state, |(model, filter, mut follow)| async move {
            let told = model.next_completions(&filter, &mut follow).await?;
            Ok(told.map(|told| (told, (model, filter, follow))))
        })
        .boxed()
    }

    async fn next_completions(
        &self,
        filter: &CompletionFilter,
        follow: &mut Follow,
    ) -> Result<Option<Told<Arc<Entry>>>, Refusal> {
        loop {
            let range = match follow.next().await? {
                Step::End => return Ok(None),
                Step::Checkpoint(end) => return Ok(Some(Told::Checkpoint(end))),
                Step::Read(range) => range,
            };
            let (entries, position) = match self.recent_completions(filter, range) {
                Some(found) => found,
                None => self.stored_completions(filter, range).await?,
            };
            self.check_completions(range)?;
            follow.has_read_to(position);
            if !entries.is_empty() {
                return Ok(Some(Told::Items(entries)));
            }
            tokio::task::yield_now().await;
        }
    }

    fn recent_completions(
        &self,
        filter: &CompletionFilter,
        range: Range,
    ) -> Option<(Vec<Arc<Entry>>, Offset)> {
        let mut entries = self.head().entries_after(range.after, RECENT_MAX)?;
        let in_range = entries.partition_point(|entry| entry.offset <= range.to);
        entries.truncate(in_range);
        let position = entries.last().map_or(range.after, |entry| entry.offset);
        entries.retain(|entry| filter.passes(entry));
        Some((entries, position))
    }

    async fn stored_completions(
        &self,
        filter: &CompletionFilter,
        range: Range,
    ) -> Result<(Vec<Arc<Entry>>, Offset), Refusal> {
        let user = filter.user.as_ref().map(UserId::as_str);
        let parties = filter.parties.iter().flatten().map(ToString::to_string);
        let parties: Vec<String> = parties.collect();
        let max = self.config().page_entries_max;
        let page = self.store().completions(user, &parties, range, max).await?;
        let position = match page.rows.last() {
            Some((offset, _)) if !page.is_last => *offset,
            _ => range.to,
        };
        let entries = page.rows.into_iter().map(decode_row);
        let entries: Vec<_> = entries.collect::<Result<_, _>>()?;
        Ok((entries, position))
    }
}

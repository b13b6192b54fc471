//! Updates by the page, for those who do not want a stream.

use std::collections::VecDeque;

use super::format::UpdateFormat;
use super::projection::Projection;
use super::pruned::too_fast;
use super::read_model::ReadModel;
use super::stream::Stretch;
use super::told::Update;
use crate::model::Offset;
use crate::participant::errors::Refusal;

/// How often a page is read whose beginning is pruned meanwhile.
const ATTEMPTS: usize = 3;

/// Some updates of a stretch.
#[derive(Debug, Default)]
pub struct Page {
    /// The updates, in the order of the stretch.
    pub updates: Vec<Update>,
    /// Where the next one of the stretch is, if there is one.
    pub next: Option<Offset>,
}

impl ReadModel {
    /// The first updates of a stretch that ends, so many at most.
    ///
    /// # Errors
    /// If names in the format stand for nothing, if the database does not answer, or if some of the
    /// stretch is gone.
    pub async fn page(
        &self,
        format: &UpdateFormat,
        stretch: Stretch,
        max: usize,
    ) -> Result<Page, Refusal> {
        let page = self.read_page(format, stretch, max).await;
        if let Some(range) = stretch.range() {
            self.check_updates(range)?;
        }
        page
    }

    /// The same where the reader does not say where the ledger begins for him: what is there of it,
    /// after the offset that is returned with it.
    ///
    /// # Errors
    /// As for [`ReadModel::page`].
    pub async fn page_of_what_is_there(
        &self,
        format: &UpdateFormat,
        stretch: impl Fn(Offset) -> Stretch,
        max: usize,
    ) -> Result<(Page, Stretch), Refusal> {
        for _ in 0..ATTEMPTS {
            let begin = self.pruned();
            let stretch = stretch(begin);
            let page = self.read_page(format, stretch, max).await;
            if self.pruned() == begin {
                return Ok((page?, stretch));
            }
        }
        Err(too_fast(self.pruned()))
    }

    async fn read_page(
        &self,
        format: &UpdateFormat,
        mut stretch: Stretch,
        max: usize,
    ) -> Result<Page, Refusal> {
        let projector = self.projector(format).await?.filters;
        let mut found: VecDeque<Projection> = VecDeque::new();
        // one more than asked for shows that there are more
        while found.len() <= max && !stretch.is_empty() {
            let wanted = max + 1 - found.len();
            let portion = self.portion(&projector, stretch, wanted).await?;
            stretch = stretch.after(portion.position);
            found.extend(portion.projections);
        }
        let next = found.get(max).map(|projection| projection.entry.offset);
        found.truncate(max);
        let transactions = format.transactions.as_ref();
        let verbose = transactions.is_some_and(|it| it.events.verbose);
        let mut updates = Vec::with_capacity(found.len());
        while !found.is_empty() {
            updates.extend(self.tell(&mut found, verbose).await?);
        }
        Ok(Page { updates, next })
    }
}

//! Updates one after the other.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::follow::{Follow, Step};
use super::format::{Shape, TopologyFormat, UpdateFormat};
use super::projection::{Projection, Projector};
use super::read_model::{ReadModel, decode_row};
use super::resolve::Resolution;
use super::store::{Keys, Order, Range};
use super::told::Update;
use crate::model::Offset;
use crate::participant::errors::Refusal;
use crate::participant::indexer::LedgerEnd;
use crate::runtime::shutdown::Signal;

/// Entries taken from memory at once at most: bounds how long a stream keeps others from the thread.
const RECENT_MAX: usize = 1000;

/// What a stream tells.
#[derive(Debug, Clone)]
pub enum Told<T> {
    /// Some of what was asked for, in order; not empty.
    Items(Vec<T>),
    /// Nothing more up to here.
    Checkpoint(LedgerEnd),
}

/// Which part of the ledger, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// What comes after an offset, up to and including another or for ever.
    Forward {
        /// The offset before the first.
        after: Offset,
        /// The last.
        last: Option<Offset>,
    },
    /// What comes before, from an offset down to the one after another.
    Backward {
        /// The first to be told.
        from: Offset,
        /// The offset before the last.
        after: Offset,
    },
}

impl Stretch {
    /// Whether there is nothing in it.
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Forward { after, last } => last.is_some_and(|last| last <= after),
            Self::Backward { from, after } => from <= after,
        }
    }

    /// The offsets in it, if it ends.
    pub(super) fn range(self) -> Option<Range> {
        match self {
            Self::Forward { after, last } => last.map(|to| Range { after, to }),
            Self::Backward { from, after } => Some(Range { after, to: from }),
        }
    }

    /// What is left of it when it was read up to a position.
    pub(super) fn after(self, position: Offset) -> Self {
        match self {
            Self::Forward { last, .. } => Self::Forward {
                after: position,
                last,
            },
            Self::Backward { after, .. } => Self::Backward {
                from: position,
                after,
            },
        }
    }
}

/// A part of what was asked for, and how far it reaches.
#[derive(Debug, Default)]
pub(super) struct Portion {
    /// What passes.
    pub(super) projections: VecDeque<Projection>,
    /// Everything up to here was looked at; backwards, everything after it.
    pub(super) position: Offset,
}

impl ReadModel {
    /// Updates, as they are told to one reader.
    ///
    /// # Errors
    /// If names in the format stand for nothing.
    pub async fn updates(
        &self,
        format: UpdateFormat,
        stretch: Stretch,
        stop: Signal,
    ) -> Result<BoxStream<'static, Result<Told<Update>, Refusal>>, Refusal> {
        let projector = self.projector(&format).await?;
        let reader = Reader {
            model: self.clone(),
            format,
            projector,
            pending: VecDeque::new(),
        };
        Ok(match stretch {
            Stretch::Forward { after, last } => {
                let interval = self.config().checkpoint_interval;
                let follow = Follow::new(self.head(), stop, after, last, interval);
                stream::try_unfold((reader, follow), |(mut reader, mut follow)| async move {
                    let told = reader.forward(&mut follow).await?;
                    Ok(told.map(|told| (told, (reader, follow))))
                })
                .boxed()
            }
            Stretch::Backward { from, after } => {
                let range = Range { after, to: from };
                stream::try_unfold((reader, range), |(mut reader, mut range)| async move {
                    let told = reader.backward(&mut range).await?;
                    Ok(told.map(|told| (told, (reader, range))))
                })
                .boxed()
            }
        })
    }

    /// Updates of a stretch that ends, so many at most.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) async fn portion(
        &self,
        projector: &Projector,
        stretch: Stretch,
        max: usize,
    ) -> Result<Portion, Refusal> {
        match stretch {
            Stretch::Forward { after, last } => {
                let end = self.ledger_end()?.offset;
                let to = last.map_or(end, |last| last.min(end));
                self.ascending(projector, Range { after, to }, max).await
            }
            Stretch::Backward { from, after } => {
                let range = Range { after, to: from };
                self.stored(projector, range, Order::Descending, max).await
            }
        }
    }

    async fn ascending(
        &self,
        projector: &Projector,
        range: Range,
        max: usize,
    ) -> Result<Portion, Refusal> {
        match self.recent(projector, range, max) {
            Some(portion) => Ok(portion),
            None => self.stored(projector, range, Order::Ascending, max).await,
        }
    }

    /// From memory, if the range begins there.
    fn recent(&self, projector: &Projector, range: Range, max: usize) -> Option<Portion> {
        let entries = self.head().entries_after(range.after, RECENT_MAX)?;
        let mut portion = Portion {
            position: range.after,
            ..Portion::default()
        };
        for entry in entries {
            if entry.offset > range.to || portion.projections.len() == max {
                break;
            }
            portion.position = entry.offset;
            portion.projections.extend(projector.project(&entry));
        }
        Some(portion)
    }

    /// From the database.
    async fn stored(
        &self,
        projector: &Projector,
        range: Range,
        order: Order,
        max: usize,
    ) -> Result<Portion, Refusal> {
        if range.after >= range.to {
            return Ok(nothing_left(range, order));
        }
        let page = if projector.takes_everything() {
            self.store().entries_of(range, order, max).await?
        } else {
            let keys = projector.keys();
            if keys.is_empty() {
                return Ok(nothing_left(range, order));
            }
            let delta = projector.tells_deltas();
            self.store()
                .indexed(&keys, delta, range, order, max)
                .await?
        };
        let mut portion = nothing_left(range, order);
        if !page.is_last
            && let Some((offset, _)) = page.rows.last()
        {
            portion.position = match order {
                Order::Ascending => *offset,
                Order::Descending => before(*offset),
            };
        }
        for row in page.rows {
            portion
                .projections
                .extend(projector.project(&decode_row(row)?));
        }
        Ok(portion)
    }
}

fn nothing_left(range: Range, order: Order) -> Portion {
    Portion {
        projections: VecDeque::new(),
        position: match order {
            Order::Ascending => range.to,
            Order::Descending => range.after,
        },
    }
}

fn before(offset: Offset) -> Offset {
    Offset::new(offset.get() - 1).unwrap_or_default()
}

impl Projector {
    /// Whether a look at the index would only be a detour.
    fn takes_everything(&self) -> bool {
        let transactions = self.transactions.as_ref();
        let all_transactions = transactions.is_some_and(|(it, _)| it.takes_everything());
        let topology = self.topology.as_ref();
        all_transactions && topology.is_some_and(TopologyFormat::takes_everything)
    }

    fn tells_deltas(&self) -> bool {
        matches!(self.transactions, Some((_, Shape::AcsDelta)))
    }

    /// Where to look in the index of updates.
    fn keys(&self) -> Keys {
        let mut keys = match &self.transactions {
            Some((selection, _)) => Keys::new(selection.index_keys()),
            None => Keys::default(),
        };
        match &self.topology {
            None => {}
            Some(TopologyFormat { parties: None }) => keys.add_topology(None),
            Some(TopologyFormat {
                parties: Some(parties),
            }) => {
                for party in parties {
                    keys.add_topology(Some(party));
                }
            }
        }
        keys
    }
}

/// One stream's memory.
struct Reader {
    model: ReadModel,
    format: UpdateFormat,
    projector: Resolution<Projector>,
    /// Read, but not told yet.
    pending: VecDeque<Projection>,
}

impl Reader {
    async fn forward(&mut self, follow: &mut Follow) -> Result<Option<Told<Update>>, Refusal> {
        loop {
            if !self.pending.is_empty() {
                return self.tell().await.map(Some);
            }
            match follow.next().await? {
                Step::End => return Ok(None),
                Step::Checkpoint(end) => return Ok(Some(Told::Checkpoint(end))),
                Step::Read(range) => {
                    // what is in the range was written with packages that are known by now
                    if self.projector.is_outdated(&self.model) {
                        self.projector = self.model.projector(&self.format).await?;
                    }
                    let max = self.model.config().page_entries_max;
                    let filters = &self.projector.filters;
                    let portion = self.model.ascending(filters, range, max).await?;
                    self.model.check_updates(range)?;
                    follow.has_read_to(portion.position);
                    self.pending = portion.projections;
                    // nobody waits for a stream that finds nothing, so others are let through here
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    async fn backward(&mut self, range: &mut Range) -> Result<Option<Told<Update>>, Refusal> {
        loop {
            if !self.pending.is_empty() {
                return self.tell().await.map(Some);
            }
            if range.after >= range.to {
                return Ok(None);
            }
            let max = self.model.config().page_entries_max;
            let filters = &self.projector.filters;
            let portion = self
                .model
                .stored(filters, *range, Order::Descending, max)
                .await?;
            self.model.check_updates(*range)?;
            range.to = portion.position;
            self.pending = portion.projections;
        }
    }

    async fn tell(&mut self) -> Result<Told<Update>, Refusal> {
        let transactions = self.format.transactions.as_ref();
        let verbose = transactions.is_some_and(|it| it.events.verbose);
        let told = self.model.tell(&mut self.pending, verbose).await?;
        Ok(Told::Items(told))
    }
}

//! The contracts that were active at an offset.
//!
//! A read takes any time and holds nothing, while contracts go on being archived. So it fixes two
//! offsets: the one asked for, and the ledger end when it begins. What was archived between them is
//! read first, in the order of archival; then what was still active, in the order of creation,
//! whether it is archived meanwhile or not. A position in these two lists is all that has to be
//! remembered, so any page can be asked for at any time.

use std::collections::VecDeque;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lookup::event_at;
use super::projection::Projection;
use super::read_model::{ReadModel, decode_row};
use super::selection::Selection;
use super::store::{ActivePosition, ArchivedPosition, Keys};
use super::told::Update;
use crate::model::Offset;
use crate::participant::errors::Refusal;
use crate::participant::indexer::Entry;

/// How far a reader has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveCursor {
    /// The offset at which contracts are to be active.
    pub at: Offset,
    /// The ledger end when the reader began.
    pub end: Offset,
    /// The last contract that he was told.
    pub after: Place,
}

/// A place in one of the two lists: those archived since, those that were not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Archived at an offset; then where it was created.
    Archived(i64, i64, i32),
    /// Where it was created: offset and node.
    Active(i64, i32),
}

/// A contract that was active.
#[derive(Debug, Clone)]
pub struct ActiveContract {
    /// Its creation: an update with this one event.
    pub created: Update,
    /// The reader has come here when he was told.
    pub cursor: ActiveCursor,
}

/// Contracts that are still to be told.
#[derive(Debug)]
pub struct ActiveReader {
    model: ReadModel,
    selection: Selection,
    keys: Keys,
    verbose: bool,
    at: Offset,
    end: Offset,
    /// The last place that was found; none if there are no more.
    last: Option<Place>,
    found: VecDeque<Place>,
    pending: VecDeque<Projection>,
    cursors: VecDeque<ActiveCursor>,
}

impl ActiveCursor {
    /// Before the first contract.
    pub fn new(at: Offset, end: Offset) -> Self {
        let after = if at < end {
            Place::Archived(0, 0, 0)
        } else {
            Place::ACTIVE
        };
        Self { at, end, after }
    }
}

impl Place {
    /// Before the first place of the list of contracts that are active still.
    const ACTIVE: Self = Self::Active(0, -1);

    fn next_list(self) -> Option<Self> {
        match self {
            Self::Archived(..) => Some(Self::ACTIVE),
            Self::Active(..) => None,
        }
    }

    fn created(self) -> (i64, i32) {
        match self {
            Self::Archived(_, offset, node) | Self::Active(offset, node) => (offset, node),
        }
    }
}

impl ActiveReader {
    /// Reads on after a cursor.
    pub fn new(
        model: ReadModel,
        selection: Selection,
        verbose: bool,
        cursor: ActiveCursor,
    ) -> Self {
        Self {
            model,
            keys: Keys::new(selection.index_keys()),
            selection,
            verbose,
            at: cursor.at,
            end: cursor.end,
            last: Some(cursor.after),
            found: VecDeque::new(),
            pending: VecDeque::new(),
            cursors: VecDeque::new(),
        }
    }

    /// The next contracts; none if there are no more.
    ///
    /// # Errors
    /// If the database does not answer, or what was active at that offset is not known any more.
    pub async fn next(&mut self) -> Result<Option<Vec<ActiveContract>>, Refusal> {
        let read = self.read().await;
        // whatever else may be wrong with what was read
        self.model.check_active(self.at)?;
        read
    }

    async fn read(&mut self) -> Result<Option<Vec<ActiveContract>>, Refusal> {
        while self.pending.is_empty() {
            if self.found.is_empty() && !self.find().await? {
                return Ok(None);
            }
            self.look_at_creations().await?;
        }
        let told = self.model.tell(&mut self.pending, self.verbose).await?;
        let cursors = self.cursors.drain(..told.len());
        Ok(Some(
            told.into_iter()
                .zip(cursors)
                .map(|(created, cursor)| ActiveContract { created, cursor })
                .collect(),
        ))
    }

    /// Finds the next places; whether there are any.
    async fn find(&mut self) -> Result<bool, Refusal> {
        if self.keys.is_empty() {
            return Ok(false);
        }
        while let Some(last) = self.last {
            let max = self.model.config().page_contracts_max;
            let found = self.places_after(last, max).await?;
            self.last = match found.last() {
                Some(place) if found.len() == max => Some(*place),
                _ => last.next_list(),
            };
            if !found.is_empty() {
                self.found = found.into();
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn places_after(&self, last: Place, max: usize) -> Result<Vec<Place>, Refusal> {
        let store = self.model.store();
        let (keys, at, end) = (&self.keys, self.at, self.end);
        let places = match last {
            Place::Archived(archived_offset, offset, node) => {
                let after = ArchivedPosition {
                    archived_offset,
                    created: position(offset, node),
                };
                let found = store.archived_since(keys, at, end, after, max).await?;
                found.into_iter().map(archived).collect()
            }
            Place::Active(offset, node) => {
                let after = position(offset, node);
                let found = store.active(keys, at, end, after, max).await?;
                found.into_iter().map(active).collect()
            }
        };
        Ok(places)
    }

    /// Reads the entries of the places that come next, as many as fit in memory at once.
    async fn look_at_creations(&mut self) -> Result<(), Refusal> {
        let mut seen = FxHashSet::default();
        let offsets = self.found.iter().map(|place| place.created().0);
        let offsets: Vec<i64> = offsets.filter(|offset| seen.insert(*offset)).collect();
        let rows = self.model.store().entries_at(&offsets).await?;
        let mut entries: FxHashMap<i64, Arc<Entry>> = FxHashMap::default();
        for row in rows {
            entries.insert(row.0.get(), decode_row(row)?);
        }
        let before = self.found.len();
        while let Some(place) = self.found.front().copied() {
            let (offset, node) = place.created();
            let Some(entry) = entries.get(&offset) else {
                break;
            };
            self.found.pop_front();
            if let Some(projection) = event_at(entry, node, &self.selection) {
                self.pending.push_back(projection);
                self.cursors.push_back(self.cursor_at(place));
            }
        }
        if self.found.len() == before {
            return Err(Refusal::internal(
                "an entry of an active contract is missing",
            ));
        }
        Ok(())
    }

    fn cursor_at(&self, after: Place) -> ActiveCursor {
        ActiveCursor {
            at: self.at,
            end: self.end,
            after,
        }
    }
}

fn archived(it: ArchivedPosition) -> Place {
    let created = it.created;
    Place::Archived(it.archived_offset, created.created_offset, created.node_id)
}

fn active(it: ActivePosition) -> Place {
    Place::Active(it.created_offset, it.node_id)
}

fn position(created_offset: i64, node_id: i32) -> ActivePosition {
    ActivePosition {
        created_offset,
        node_id,
    }
}

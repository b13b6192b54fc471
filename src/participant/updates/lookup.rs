//! Single updates and contracts.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::format::{EventFormat, UpdateFormat};
use super::projection::{Projection, show_life};
use super::read_model::ReadModel;
use super::selection::Selection;
use super::store::{ActivePosition, KnownParty, LifeRow};
use super::told::Update;
use crate::model::{ContractId, Offset, Party};
use crate::participant::errors::Refusal;
use crate::participant::indexer::{Body, Entry};

/// The life of a contract, as far as a reader is told.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// Its creation: an update with this one event.
    pub created: Option<Update>,
    /// Its archival, if it has ended.
    pub archived: Option<Update>,
}

impl ReadModel {
    /// What a reader is shown of an entry; none if that is nothing.
    ///
    /// # Errors
    /// If names in the format stand for nothing, or the database does not answer.
    pub async fn show(
        &self,
        entry: &Arc<Entry>,
        format: &UpdateFormat,
    ) -> Result<Option<Update>, Refusal> {
        let projector = self.projector(format).await?;
        let Some(projection) = projector.filters.project(entry) else {
            return Ok(None);
        };
        let transactions = format.transactions.as_ref();
        let verbose = transactions.is_some_and(|it| it.events.verbose);
        self.tell_one(projection, verbose).await.map(Some)
    }

    /// The life of a contract.
    ///
    /// # Errors
    /// If names in the format stand for nothing, or the database does not answer.
    pub async fn life(&self, id: &ContractId, format: &EventFormat) -> Result<Life, Refusal> {
        let selection = self.selection(format).await?.filters;
        let end = self.ledger_end()?.offset;
        let Some(row) = self.store().life(id).await? else {
            return Ok(Life::default());
        };
        let ended = row.archived.and_then(|it| Offset::new(it.created_offset));
        let life = self.read_life(&row, end, &selection, format.verbose).await;
        // it is gone as a whole, even while a part of it can be read
        if ended.is_some_and(|ended| self.is_pruned(ended)) {
            return Ok(Life::default());
        }
        life
    }

    async fn read_life(
        &self,
        row: &LifeRow,
        end: Offset,
        selection: &Selection,
        verbose: bool,
    ) -> Result<Life, Refusal> {
        Ok(Life {
            created: self
                .life_event(Some(row.created), end, selection, verbose)
                .await?,
            archived: self
                .life_event(row.archived, end, selection, verbose)
                .await?,
        })
    }

    async fn life_event(
        &self,
        place: Option<ActivePosition>,
        end: Offset,
        selection: &Selection,
        verbose: bool,
    ) -> Result<Option<Update>, Refusal> {
        let offset = place.and_then(|place| Offset::new(place.created_offset));
        let Some((place, offset)) = place.zip(offset) else {
            return Ok(None);
        };
        if offset > end {
            return Ok(None);
        }
        let Some(entry) = self.entry_at(offset).await? else {
            return Ok(None);
        };
        match event_at(&entry, place.node_id, selection) {
            None => Ok(None),
            Some(projection) => self.tell_one(projection, verbose).await.map(Some),
        }
    }

    /// Those of the parties that are known on the domain.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn parties(&self, parties: &BTreeSet<Party>) -> Result<Vec<KnownParty>, Refusal> {
        let texts: Vec<String> = parties.iter().map(ToString::to_string).collect();
        Ok(self.store().parties(&texts).await?)
    }

    /// Known parties after a name, by name; those whose name begins as asked.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn parties_after(
        &self,
        after: &str,
        prefix: &str,
        max: usize,
    ) -> Result<Vec<KnownParty>, Refusal> {
        Ok(self.store().parties_after(after, prefix, max).await?)
    }
}

/// The creation or archival at a node, if the filters let it pass.
pub(super) fn event_at(entry: &Arc<Entry>, node: i32, selection: &Selection) -> Option<Projection> {
    let Body::Transaction(transaction) = &entry.body else {
        return None;
    };
    let events = &transaction.events;
    let position = events.iter().position(|event| event.node_id == node)?;
    let shown = show_life(position, &events[position], selection)?;
    Some(Projection {
        entry: Arc::clone(entry),
        shows_command: false,
        events: vec![shown],
    })
}

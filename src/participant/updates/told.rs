//! Updates as they are told: projections with the contents of contracts.

use std::collections::HashMap;
use std::sync::Arc;

use super::projection::{Projection, Shown};
use crate::lf::transaction::ContractInstance;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier, PackageId};
use crate::participant::errors::Refusal;
use crate::participant::indexer::{Action, Body, Event};

/// An update as a reader is told it.
#[derive(Debug, Clone)]
pub struct Update {
    /// Which entry, and what of it.
    pub projection: Projection,
    /// For each event of the projection, the contract if the event created it.
    pub contents: Vec<Option<Content>>,
}

/// What a contract says.
#[derive(Debug, Clone)]
pub struct Content {
    /// The contract.
    pub instance: Arc<ContractInstance>,
    /// What it looks like through the interfaces that were asked for.
    pub views: Vec<View>,
}

/// What a contract looks like through an interface.
#[derive(Debug, Clone)]
pub struct View {
    /// The interface.
    pub interface: Identifier,
    /// The package with which it was computed; none if there was none to choose.
    pub implementation: Option<PackageId>,
    /// The view, or why there is none.
    pub outcome: Result<Value, Refusal>,
}

impl Update {
    /// The events with what they are about.
    pub fn events(&self) -> impl Iterator<Item = (&Shown, &Event, Option<&Content>)> {
        let events = match &self.projection.entry.body {
            Body::Transaction(transaction) => &transaction.events[..],
            Body::Rejection(_) | Body::Hosting(_) => &[],
        };
        self.projection
            .events
            .iter()
            .zip(&self.contents)
            .filter_map(|(shown, content)| {
                Some((shown, events.get(shown.position)?, content.as_ref()))
            })
    }
}

/// Whether views have to be computed.
pub(super) fn needs_views(projection: &Projection) -> bool {
    let mut events = projection.events.iter();
    events.any(|shown| !shown.carries.views.is_empty())
}

/// Puts projections and contracts together; views are added later.
pub(super) fn assemble(
    projections: Vec<Projection>,
    contracts: &HashMap<ContractId, Arc<ContractInstance>>,
) -> Result<Vec<Update>, Refusal> {
    projections
        .into_iter()
        .map(|projection| {
            let contents = contents(&projection, contracts)?;
            Ok(Update {
                projection,
                contents,
            })
        })
        .collect()
}

fn contents(
    projection: &Projection,
    contracts: &HashMap<ContractId, Arc<ContractInstance>>,
) -> Result<Vec<Option<Content>>, Refusal> {
    let Body::Transaction(transaction) = &projection.entry.body else {
        return Ok(Vec::new());
    };
    let content = |shown: &Shown| {
        let event = &transaction.events[shown.position];
        if !matches!(event.action, Action::Created) {
            return Ok(None);
        }
        let instance = contracts
            .get(&event.contract_id)
            .ok_or_else(|| Refusal::internal(format!("contract {}", event.contract_id)))?;
        Ok(Some(Content {
            instance: Arc::clone(instance),
            views: Vec::new(),
        }))
    };
    projection.events.iter().map(content).collect()
}

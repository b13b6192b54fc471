//! What a reader is shown of an entry: the decision, without the contracts' contents. Pure.

use std::sync::Arc;

use super::format::{Shape, TopologyFormat};
use super::selection::{Carries, Selection};
use crate::model::Party;
use crate::participant::indexer::{Action, Body, Entry, Event, HostingChanged, Transaction};

/// What a reader asks for, resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Projector {
    /// Which events of transactions.
    pub transactions: Option<(Selection, Shape)>,
    /// Which topology events.
    pub topology: Option<TopologyFormat>,
}

/// An entry as a reader is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Whether the reader asks for a submitter, who may know the command.
    pub shows_command: bool,
    /// Its events; none for a topology event, which is shown whole.
    pub events: Vec<Shown>,
}

/// An event as a reader is shown it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its position among the events of the transaction.
    pub position: usize,
    /// Whether an archival is told as such, and not as the exercise that did it.
    pub as_delta: bool,
    /// The parties to whom it is shown.
    pub witnesses: Vec<Party>,
    /// Whether it changes the active contracts of a party that the reader asks for.
    pub changes_active_contracts: bool,
    /// What it carries besides.
    pub carries: Carries,
}

impl Projector {
    /// The entry as the reader is shown it; none if there is nothing to show.
    pub fn project(&self, entry: &Arc<Entry>) -> Option<Projection> {
        let (shows_command, events) = match &entry.body {
            Body::Transaction(transaction) => {
                let (selection, shape) = self.transactions.as_ref()?;
                let events = events(transaction, selection, *shape);
                if events.is_empty() {
                    return None;
                }
                (shows_command(transaction, selection), events)
            }
            Body::Hosting(changed) => {
                if !self.topology.as_ref()?.includes(changed) {
                    return None;
                }
                (false, Vec::new())
            }
            Body::Rejection(_) => return None,
        };
        Some(Projection {
            entry: Arc::clone(entry),
            shows_command,
            events,
        })
    }

    /// A transaction without its events, for its submitter.
    pub fn without_events(entry: &Arc<Entry>) -> Projection {
        Projection {
            entry: Arc::clone(entry),
            shows_command: true,
            events: Vec::new(),
        }
    }
}

impl TopologyFormat {
    fn includes(&self, changed: &HostingChanged) -> bool {
        let parties = self.parties.as_ref();
        parties.is_none_or(|parties| parties.contains(&changed.party))
    }
}

fn shows_command(transaction: &Transaction, selection: &Selection) -> bool {
    let completion = transaction.completion.as_ref();
    completion.is_some_and(|completion| selection.asks_for_one_of(&completion.act_as))
}

fn events(transaction: &Transaction, selection: &Selection, shape: Shape) -> Vec<Shown> {
    transaction
        .events
        .iter()
        .enumerate()
        .filter_map(|(position, event)| show(position, event, selection, shape))
        .collect()
}

fn show(position: usize, event: &Event, selection: &Selection, shape: Shape) -> Option<Shown> {
    let concerned = match shape {
        Shape::AcsDelta if !event.changes_active_contracts() => return None,
        Shape::AcsDelta => &event.stakeholders,
        Shape::LedgerEffects => &event.witnesses,
    };
    if !selection.passes(&event.template, concerned) {
        return None;
    }
    let witnesses = selection.asked(concerned);
    let changes = event.changes_active_contracts()
        && !event.stakeholders.is_empty()
        && selection.asks_for_one_of(&event.stakeholders);
    Some(Shown {
        position,
        as_delta: shape == Shape::AcsDelta,
        changes_active_contracts: changes,
        carries: selection.carries(&event.template, &witnesses),
        witnesses: witnesses.into_iter().cloned().collect(),
    })
}

/// The creation or archival of a contract as a stakeholder is shown it, transient or not; none if
/// the filters let nothing pass.
pub fn show_life(position: usize, event: &Event, selection: &Selection) -> Option<Shown> {
    let told = match &event.action {
        Action::Created => true,
        Action::Exercised(exercise) => exercise.consuming,
    };
    if !told || !selection.passes(&event.template, &event.stakeholders) {
        return None;
    }
    let witnesses = selection.asked(&event.stakeholders);
    Some(Shown {
        position,
        as_delta: true,
        changes_active_contracts: !event.transient,
        carries: selection.carries(&event.template, &witnesses),
        witnesses: witnesses.into_iter().cloned().collect(),
    })
}

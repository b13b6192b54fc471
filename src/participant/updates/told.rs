//! Updates as they are told: projections with the contents of contracts.

use std::collections::HashMap;
use std::sync::Arc;

use super::projection::{Projection, Shown};
use super::vetting::Vetting;
use crate::lf::engine::Engine;
use crate::lf::transaction::ContractInstance;
use crate::lf::value::Value;
use crate::model::{ContractId, Identifier};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Action, Body, Event};
use crate::participant::packages::KnownPackages;

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
    /// The view, or why there is none.
    pub outcome: Result<Value, Refusal>,
}

impl Update {
    /// The events with what they are about.
    pub fn events(&self) -> impl Iterator<Item = (&Shown, &Event, Option<&Content>)> {
        let events = match &self.projection.entry.body {
            Body::Transaction(transaction) => &transaction.events[..],
            Body::Rejection(_) | Body::PartyAdded(_) => &[],
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

/// The packages with which views are computed.
pub(super) struct Usable {
    /// Pinned.
    pub(super) engine: Engine,
    pub(super) known: Arc<KnownPackages>,
    pub(super) vetting: Vetting,
}

impl Usable {
    /// What a contract looks like through an interface, as the newest vetted version of its template
    /// that implements the interface says.
    fn view(&self, instance: &ContractInstance, interface: &Identifier) -> View {
        View {
            interface: interface.clone(),
            outcome: self.implementation(instance, interface).and_then(|it| {
                let view = self.engine.view(&it, &instance.argument, interface);
                view.map_err(|error| Refusal::from(&error))
            }),
        }
    }

    fn implementation(
        &self,
        instance: &ContractInstance,
        interface: &Identifier,
    ) -> Result<Identifier, Refusal> {
        let versions = self.known.versions(&instance.package_name).iter();
        let vetted = versions.filter(|id| self.vetting.is_lasting(id));
        let mut vetted = vetted.map(|id| instance.template.in_package(id.clone()));
        let implements = |template: &Identifier| {
            let package = self.engine.signature(template.package());
            let template = package.as_ref().and_then(|it| it.templates.get(template));
            template.is_some_and(|it| it.implements.contains(interface))
        };
        vetted.find(implements).ok_or_else(|| {
            Refusal::new(
                ErrorId::NoVettedInterfaceImplementationPackage,
                format!(
                    "No vetted package for rendering the interface view for package-name '{}'. \
                     Reason: no version of it that \
                     this participant has vetted without an end implements {interface}",
                    instance.package_name
                ),
            )
        })
    }
}

/// Whether views have to be computed.
pub(super) fn needs_views(projection: &Projection) -> bool {
    let mut events = projection.events.iter();
    events.any(|shown| !shown.carries.views.is_empty())
}

/// Puts projections and contracts together; views need what is usable.
pub(super) fn assemble(
    projections: Vec<Projection>,
    contracts: &HashMap<ContractId, Arc<ContractInstance>>,
    usable: Option<&Usable>,
) -> Result<Vec<Update>, Refusal> {
    projections
        .into_iter()
        .map(|projection| {
            let contents = contents(&projection, contracts, usable)?;
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
    usable: Option<&Usable>,
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
        let views = shown.carries.views.iter();
        Ok(Some(Content {
            instance: Arc::clone(instance),
            views: usable.map_or_else(Vec::new, |usable| {
                views.map(|id| usable.view(instance, id)).collect()
            }),
        }))
    };
    projection.events.iter().map(content).collect()
}

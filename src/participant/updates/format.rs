//! What a reader asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{DottedName, ModuleName, PackageName, Party};

/// Which updates, and what of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpdateFormat {
    /// Transactions, if asked for.
    pub transactions: Option<TransactionFormat>,
    /// Topology events, if asked for.
    pub topology: Option<TopologyFormat>,
}

/// Which events of transactions, in which shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionFormat {
    /// Which events.
    pub events: EventFormat,
    /// In which shape.
    pub shape: Shape,
}

/// How a transaction is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As what it changes in the set of active contracts, to stakeholders.
    AcsDelta,
    /// As all that it does, to witnesses.
    LedgerEffects,
}

/// Which events: those that a filter for one of their parties lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFormat {
    /// By party.
    pub by_party: BTreeMap<Party, Filter>,
    /// For whichever party.
    pub any_party: Option<Filter>,
    /// With type ids and labels.
    pub verbose: bool,
}

/// What passes: whatever one of the parts lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Everything passes.
    pub wildcard: Option<Wildcard>,
    /// Contracts of these templates pass.
    pub templates: Vec<TemplateFilter>,
    /// Contracts of templates that implement these interfaces pass.
    pub interfaces: Vec<InterfaceFilter>,
}

/// Everything passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wildcard {
    /// Created events carry their blob.
    pub blob: bool,
}

/// A template or interface in whichever version of its package.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedType {
    /// The name of the package.
    pub package: PackageName,
    /// The module.
    pub module: ModuleName,
    /// The name inside the module.
    pub name: DottedName,
}

/// Contracts of a template pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFilter {
    /// The template.
    pub template: NamedType,
    /// Created events carry their blob.
    pub blob: bool,
}

/// Contracts that implement an interface pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceFilter {
    /// The interface.
    pub interface: NamedType,
    /// Created events carry their view.
    pub view: bool,
    /// Created events carry their blob.
    pub blob: bool,
}

/// Which topology events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyFormat {
    /// About which parties; all if none are named.
    pub parties: Option<BTreeSet<Party>>,
}

impl EventFormat {
    /// Everything that concerns these parties.
    pub fn wildcard(parties: impl IntoIterator<Item = Party>, verbose: bool) -> Self {
        let filter = Filter {
            wildcard: Some(Wildcard::default()),
            ..Filter::default()
        };
        Self {
            by_party: parties.into_iter().map(|p| (p, filter.clone())).collect(),
            any_party: None,
            verbose,
        }
    }

    fn filters(&self) -> impl Iterator<Item = &Filter> {
        self.by_party.values().chain(&self.any_party)
    }

    /// The templates that filters name.
    pub fn templates(&self) -> impl Iterator<Item = &NamedType> {
        self.filters()
            .flat_map(|filter| filter.templates.iter().map(|it| &it.template))
    }

    /// The interfaces that filters name.
    pub fn interfaces(&self) -> impl Iterator<Item = &NamedType> {
        self.filters()
            .flat_map(|filter| filter.interfaces.iter().map(|it| &it.interface))
    }
}

impl TopologyFormat {
    /// Whether nothing is left out.
    pub fn takes_everything(&self) -> bool {
        self.parties.is_none()
    }
}

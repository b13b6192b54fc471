//! Filters with names resolved: which events pass, and what they carry. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::format::{EventFormat, Filter, NamedType};
use crate::model::{Identifier, Party};

/// Resolved filters of one reader.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    by_party: BTreeMap<Party, Choice>,
    any_party: Option<Choice>,
}

/// What passes for one party, or for any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Choice {
    wildcard: Option<Carries>,
    templates: FxHashMap<Identifier, Carries>,
}

/// What a created event carries besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carries {
    /// Its blob.
    pub blob: bool,
    /// Its views through these interfaces.
    pub views: BTreeSet<Identifier>,
}

/// What the names in filters stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resolved {
    /// Templates in all versions.
    pub templates: BTreeMap<NamedType, Vec<Identifier>>,
    /// Interfaces in all versions, with the templates that implement each.
    pub interfaces: BTreeMap<NamedType, Vec<(Identifier, Vec<Identifier>)>>,
}

/// Whom to look up in an index, and for which templates; all if none are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexKey {
    /// The party; none for any.
    pub party: Option<Party>,
    /// The templates.
    pub templates: Option<Vec<Identifier>>,
}

impl Carries {
    fn add(&mut self, other: &Self) {
        self.blob |= other.blob;
        self.views.extend(other.views.iter().cloned());
    }
}

impl Selection {
    /// The selection that a format means.
    pub fn new(format: &EventFormat, resolved: &Resolved) -> Self {
        Self {
            by_party: format
                .by_party
                .iter()
                .map(|(party, filter)| (party.clone(), Choice::new(filter, resolved)))
                .collect(),
            any_party: format
                .any_party
                .as_ref()
                .map(|filter| Choice::new(filter, resolved)),
        }
    }

    /// Whether an event about a contract of a template passes for one of the parties that it
    /// concerns.
    pub fn passes(&self, template: &Identifier, concerned: &[Party]) -> bool {
        if concerned.is_empty() {
            return false;
        }
        let any = self.any_party.as_ref();
        any.is_some_and(|choice| choice.passes(template))
            || concerned
                .iter()
                .filter_map(|party| self.by_party.get(party))
                .any(|choice| choice.passes(template))
    }

    /// Those of the parties whom the reader asks for; all if he asks for any.
    pub fn asked<'p>(&self, parties: &'p [Party]) -> Vec<&'p Party> {
        let asked = |party: &&Party| self.any_party.is_some() || self.by_party.contains_key(*party);
        parties.iter().filter(asked).collect()
    }

    /// Whether the reader asks for one of the parties.
    pub fn asks_for_one_of(&self, parties: &[Party]) -> bool {
        self.any_party.is_some() || parties.iter().any(|p| self.by_party.contains_key(p))
    }

    /// What an event of a template carries besides, if it is shown to these parties.
    pub fn carries(&self, template: &Identifier, shown_to: &[&Party]) -> Carries {
        let mut carries = Carries::default();
        let by_party = shown_to
            .iter()
            .filter_map(|party| self.by_party.get(*party));
        for choice in by_party.chain(&self.any_party) {
            if let Some(wildcard) = &choice.wildcard {
                carries.add(wildcard);
            }
            if let Some(specific) = choice.templates.get(template) {
                carries.add(specific);
            }
        }
        carries
    }

    /// Where to look in an index for what may pass.
    pub fn index_keys(&self) -> Vec<IndexKey> {
        let by_party = self
            .by_party
            .iter()
            .map(|(party, choice)| (Some(party.clone()), choice));
        let any_party = self.any_party.iter().map(|choice| (None, choice));
        by_party
            .chain(any_party)
            .map(|(party, choice)| IndexKey {
                party,
                templates: choice.wildcard.is_none().then(|| {
                    let mut templates: Vec<_> = choice.templates.keys().cloned().collect();
                    templates.sort();
                    templates
                }),
            })
            .collect()
    }

    /// Whether events of any template may pass for any party.
    pub fn takes_everything(&self) -> bool {
        let any = self.any_party.as_ref();
        any.is_some_and(|choice| choice.wildcard.is_some())
    }
}

impl Choice {
    fn new(filter: &Filter, resolved: &Resolved) -> Self {
        let mut templates: FxHashMap<Identifier, Carries> = FxHashMap::default();
        for it in &filter.templates {
            for template in resolved.templates.get(&it.template).into_iter().flatten() {
                let carries = templates.entry(template.clone()).or_default();
                carries.blob |= it.blob;
            }
        }
        for it in &filter.interfaces {
            let versions = resolved.interfaces.get(&it.interface);
            for (interface, implementations) in versions.into_iter().flatten() {
                for template in implementations {
                    let carries = templates.entry(template.clone()).or_default();
                    carries.blob |= it.blob;
                    if it.view {
                        carries.views.insert(interface.clone());
                    }
                }
            }
        }
        Self {
            wildcard: filter.wildcard.map(|wildcard| Carries {
                blob: wildcard.blob,
                views: BTreeSet::new(),
            }),
            templates,
        }
    }

    fn passes(&self, template: &Identifier) -> bool {
        self.wildcard.is_some() || self.templates.contains_key(template)
    }
}

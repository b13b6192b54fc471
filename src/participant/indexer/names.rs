//! Parties and templates as numbers: what the read cache is keyed by.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::entry::{Body, Entry};
use crate::model::{Identifier, Party};

/// Stands for any party.
pub const ANY_PARTY: i32 = 0;

/// Stands for a topology event where others have a template.
pub const TOPOLOGY: i32 = 0;

/// Names kept in memory. When there are more, all are forgotten and read again as needed: some
/// megabytes, and enough for the names that a busy participant uses within minutes.
const REMEMBERED_MAX: usize = 100_000;

/// Numbers of parties and templates.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    parties: FxHashMap<Party, i32>,
    templates: FxHashMap<Identifier, i32>,
}

/// Names that have no number yet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// Parties.
    pub(super) parties: BTreeSet<Party>,
    /// Templates.
    pub(super) templates: BTreeSet<Identifier>,
}

impl Missing {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.parties.is_empty() && self.templates.is_empty()
    }

    /// The names as the database has them: parties, then templates.
    pub(super) fn texts(&self) -> Vec<String> {
        let parties = self.parties.iter().map(ToString::to_string);
        parties
            .chain(self.templates.iter().map(template_text))
            .collect()
    }
}

/// A template as the database has it. No party begins with this character.
pub(crate) fn template_text(template: &Identifier) -> String {
    format!("#{template}")
}

impl Names {
    /// The number of a party.
    pub(super) fn party(&self, party: &Party) -> Option<i32> {
        self.parties.get(party).copied()
    }

    /// The number of a template.
    pub(super) fn template(&self, template: &Identifier) -> Option<i32> {
        self.templates.get(template).copied()
    }

    /// What the entries name and this does not have.
    pub(super) fn missing<'a>(&self, entries: impl IntoIterator<Item = &'a Entry>) -> Missing {
        let mut missing = Missing::default();
        for entry in entries {
            for party in parties_of(entry) {
                if !self.parties.contains_key(party) {
                    missing.parties.insert(party.clone());
                }
            }
            for template in templates_of(entry) {
                if !self.templates.contains_key(template) {
                    missing.templates.insert(template.clone());
                }
            }
        }
        missing
    }

    /// Adds numbers: `number` gives those of all names that are missing.
    pub(super) fn learn(&mut self, missing: Missing, mut number: impl FnMut(&str) -> Option<i32>) {
        for party in missing.parties {
            if let Some(number) = number(party.as_str()) {
                self.parties.insert(party, number);
            }
        }
        for template in missing.templates {
            if let Some(number) = number(&template_text(&template)) {
                self.templates.insert(template, number);
            }
        }
    }

    /// Forgets everything when it has become too much. Not while a batch is being written.
    pub(super) fn bound(&mut self) {
        if self.parties.len() + self.templates.len() > REMEMBERED_MAX {
            *self = Self::default();
        }
    }
}

fn parties_of(entry: &Entry) -> Vec<&Party> {
    let mut parties: Vec<&Party> = match &entry.body {
        Body::Transaction(transaction) => transaction
            .events
            .iter()
            .flat_map(|event| event.witnesses.iter().chain(&event.stakeholders))
            .collect(),
        Body::Rejection(_) => Vec::new(),
        Body::Hosting(changed) => vec![&changed.party],
    };
    if let Some(completion) = entry.completion() {
        parties.extend(&completion.act_as);
    }
    parties
}

fn templates_of(entry: &Entry) -> impl Iterator<Item = &Identifier> {
    let events = match &entry.body {
        Body::Transaction(transaction) => &transaction.events[..],
        Body::Rejection(_) | Body::Hosting(_) => &[],
    };
    events.iter().map(|event| &event.template)
}

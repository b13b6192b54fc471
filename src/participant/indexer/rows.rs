//! What the read cache says about entries: the indexer's decision.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::entry::{Action, Body, Completion, Entry, Event, HostNow, HostingChanged, Transaction};
use super::names::{ANY_PARTY, Names, TOPOLOGY};
use crate::model::{ContractId, DomainId, Offset, ParticipantId, Party, Timestamp};

/// Rows to write in one transaction.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// Ids of updates.
    pub(super) update_ids: Vec<UpdateIdRow>,
    /// Which updates concern whom.
    pub(super) index: Vec<IndexRow>,
    /// Contracts that stay active after the batch.
    pub(super) active: Vec<ActiveRow>,
    /// Contracts that were created and archived within the batch.
    pub(super) archived: Vec<ArchivedRow>,
    /// Contracts created in the batch.
    pub(super) lives: Vec<LifeRow>,
    /// Contracts of earlier batches that are archived.
    pub(super) ended: Vec<EndRow>,
    /// Completions.
    pub(super) completions: Vec<CompletionRow>,
    /// Parties whose hosts changed.
    pub(super) parties: BTreeMap<Party, PartyRow>,
    /// The newest sequencing time of each domain.
    pub(super) domain_times: BTreeMap<DomainId, Timestamp>,
}

/// An update by its id.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct UpdateIdRow {
    pub(super) update_id: String,
    pub(super) offset: i64,
}

/// An update that shows a party an event of a template.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct IndexRow {
    pub(super) party: i32,
    pub(super) template: i32,
    pub(super) offset: i64,
    pub(super) delta: bool,
}

/// A contract that is active for a stakeholder.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct ActiveRow {
    pub(super) party: i32,
    pub(super) template: i32,
    pub(super) created_offset: i64,
    pub(super) node_id: i32,
    pub(super) contract_id: ContractId,
}

/// A contract that was active for a stakeholder.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct ArchivedRow {
    pub(super) active: ActiveRow,
    pub(super) archived_offset: i64,
}

/// Where a contract's life is told.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct LifeRow {
    pub(super) contract_id: ContractId,
    pub(super) template: i32,
    pub(super) parties: Vec<i32>,
    pub(super) created_offset: i64,
    pub(super) created_node: i32,
    /// Offset and node of the archival, if it is in the batch.
    pub(super) archived: Option<(i64, i32)>,
    pub(super) transient: bool,
}

/// The end of a contract's life.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct EndRow {
    pub(super) contract_id: ContractId,
    pub(super) offset: i64,
    pub(super) node_id: i32,
}

/// Who is to be told of a completion.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct CompletionRow {
    pub(super) offset: i64,
    pub(super) user_id: String,
    pub(super) parties: Vec<i32>,
}

/// A party whose hosts changed.
#[derive(Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the columns")]
pub(super) struct PartyRow {
    pub(super) is_local: bool,
    /// Hosts that came, and are there after the batch.
    pub(super) participants: BTreeSet<ParticipantId>,
    /// Hosts that left, and are not there after the batch.
    pub(super) left: BTreeSet<ParticipantId>,
}

impl PartyRow {
    fn follow(&mut self, changed: &HostingChanged) {
        self.is_local = changed.is_local;
        for change in &changed.changes {
            match change.now {
                HostNow::Added(_) | HostNow::Changed(_) => {
                    self.left.remove(&change.participant);
                    self.participants.insert(change.participant.clone());
                }
                HostNow::Revoked => {
                    self.participants.remove(&change.participant);
                    self.left.insert(change.participant.clone());
                }
            }
        }
    }
}

/// The rows for entries that follow each other. `names` has all their names.
pub(super) fn rows<'a>(entries: impl IntoIterator<Item = &'a Entry>, names: &Names) -> Rows {
    let mut writer = Writer {
        names,
        rows: Rows::default(),
        created: FxHashMap::default(),
    };
    for entry in entries {
        writer.entry(entry);
    }
    writer.finish()
}

struct Writer<'n> {
    names: &'n Names,
    rows: Rows,
    /// Contracts created in the batch: positions in `rows.lives`.
    created: FxHashMap<ContractId, usize>,
}

impl Writer<'_> {
    fn entry(&mut self, entry: &Entry) {
        let offset = entry.offset.get();
        if let Some(update_id) = entry.update_id() {
            self.rows.update_ids.push(UpdateIdRow {
                update_id: update_id.to_string(),
                offset,
            });
        }
        if let Some(completion) = entry.completion() {
            self.completion(entry.offset, completion);
        }
        match &entry.body {
            Body::Transaction(transaction) => {
                self.domain_time(entry);
                self.transaction(offset, transaction);
            }
            Body::Hosting(changed) => {
                self.domain_time(entry);
                let row = self.rows.parties.entry(changed.party.clone()).or_default();
                row.follow(changed);
                let party = self.party(&changed.party);
                for party in [ANY_PARTY, party] {
                    self.rows.index.push(IndexRow {
                        party,
                        template: TOPOLOGY,
                        offset,
                        delta: false,
                    });
                }
            }
            // its time may be this participant's own, which says nothing about the domain
            Body::Rejection(_) => {}
        }
    }

    fn domain_time(&mut self, entry: &Entry) {
        let newest = self
            .rows
            .domain_times
            .entry(entry.domain.clone())
            .or_insert(entry.record_time);
        *newest = entry.record_time.max(*newest);
    }

    fn completion(&mut self, offset: Offset, completion: &Completion) {
        let parties = completion.act_as.iter().map(|party| self.party(party));
        let parties: BTreeSet<i32> = parties.collect();
        self.rows.completions.push(CompletionRow {
            offset: offset.get(),
            user_id: completion.user_id.to_string(),
            parties: parties.into_iter().collect(),
        });
    }

    fn transaction(&mut self, offset: i64, transaction: &Transaction) {
        let mut shown: BTreeMap<(i32, i32), bool> = BTreeMap::new();
        for event in &transaction.events {
            let template = self.template(event);
            let mut show = |party: i32, delta: bool| {
                *shown.entry((party, template)).or_default() |= delta;
            };
            let delta = event.changes_active_contracts() && !event.stakeholders.is_empty();
            show(ANY_PARTY, delta);
            for party in &event.witnesses {
                show(self.party(party), false);
            }
            if delta {
                for party in &event.stakeholders {
                    show(self.party(party), true);
                }
            }
            self.life(offset, template, event);
        }
        let rows = shown.into_iter();
        self.rows
            .index
            .extend(rows.map(|((party, template), delta)| IndexRow {
                party,
                template,
                offset,
                delta,
            }));
    }

    /// The beginning or end of a contract's life, if somebody hosted here has a stake in it.
    fn life(&mut self, offset: i64, template: i32, event: &Event) {
        if event.stakeholders.is_empty() {
            return;
        }
        match &event.action {
            Action::Created => {
                let parties = event.stakeholders.iter().map(|party| self.party(party));
                let parties: BTreeSet<i32> = parties.collect();
                self.created
                    .insert(event.contract_id.clone(), self.rows.lives.len());
                self.rows.lives.push(LifeRow {
                    contract_id: event.contract_id.clone(),
                    template,
                    parties: parties.into_iter().collect(),
                    created_offset: offset,
                    created_node: event.node_id,
                    archived: None,
                    transient: event.transient,
                });
            }
            Action::Exercised(exercise) if exercise.consuming => {
                match self.created.get(&event.contract_id) {
                    Some(position) => {
                        self.rows.lives[*position].archived = Some((offset, event.node_id));
                    }
                    None => self.rows.ended.push(EndRow {
                        contract_id: event.contract_id.clone(),
                        offset,
                        node_id: event.node_id,
                    }),
                }
            }
            Action::Exercised(_) => {}
        }
    }

    /// Contracts of the batch become rows when it is known which of them outlive it.
    fn finish(mut self) -> Rows {
        for life in &self.rows.lives {
            if life.transient {
                continue;
            }
            for party in std::iter::once(&ANY_PARTY).chain(&life.parties) {
                let active = ActiveRow {
                    party: *party,
                    template: life.template,
                    created_offset: life.created_offset,
                    node_id: life.created_node,
                    contract_id: life.contract_id.clone(),
                };
                match life.archived {
                    None => self.rows.active.push(active),
                    Some((archived_offset, _)) => self.rows.archived.push(ArchivedRow {
                        active,
                        archived_offset,
                    }),
                }
            }
        }
        self.rows
    }

    /// The number of a party. All names were resolved before.
    fn party(&self, party: &Party) -> i32 {
        self.names.party(party).expect("a party without a number")
    }

    fn template(&self, event: &Event) -> i32 {
        self.names
            .template(&event.template)
            .expect("a template without a number")
    }
}

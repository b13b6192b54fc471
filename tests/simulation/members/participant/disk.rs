//! A participant's database: what the statements of the store do to the tables, all or nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;

use super::super::contracts::Cached;
use super::super::identity::Identity;
use super::super::processor::Decision;
use super::super::register::Submitted;
use super::super::store::{Registration, Writes};
use super::NUMBER;
use super::kept_commitments::KeptCommitments;
use crate::lf::transaction::ContractInstance;
use crate::model::{ContractId, MemberId, Offset, ParticipantId, Party, Timestamp};
use crate::participant::commitments::{Compared, Computed, Known};
use crate::participant::confirmation::locks::ContractState;
use crate::participant::submission::{AcceptedChange, ChangeId, DomainNumber};
use crate::protocol::{MessageId, RequestId, SubmissionRequest};
use crate::sequencer_client::Position;
use crate::simulation::place::Place;
use crate::topology::{PublishedTransaction, SignedTransaction, Transaction};
use crate::wire::ledger as wire;

/// What survives.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(super) identity: Identity,
    log: Vec<Bytes>,
    contracts: BTreeMap<ContractId, Arc<ContractInstance>>,
    states: BTreeMap<ContractId, Row>,
    accepted: BTreeMap<ChangeId, AcceptedChange>,
    in_flight: BTreeMap<MessageId, InFlight>,
    pub(super) topology: Vec<PublishedTransaction>,
    pub(super) undecided: BTreeMap<RequestId, Decision>,
    pub(super) times: Vec<(Timestamp, Offset)>,
    pub(super) position: Position,
    pub(super) commitments: KeptCommitments,
    /// A constraint of the tables that a statement has failed on.
    broken_rule: Option<String>,
}

/// When a contract came and went, and by which entry.
#[derive(Debug, Clone, Copy)]
struct Row {
    activated_at: Timestamp,
    archived: Option<(Timestamp, Offset)>,
}

#[derive(Debug)]
struct InFlight {
    domain: DomainNumber,
    change_id: ChangeId,
    request: Bytes,
    completion: wire::InFlightSubmission,
}

impl Disk {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            identity: Identity::generate(name).unwrap(),
            log: Vec::new(),
            contracts: BTreeMap::new(),
            states: BTreeMap::new(),
            accepted: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            topology: Vec::new(),
            undecided: BTreeMap::new(),
            times: Vec::new(),
            position: Position::START,
            commitments: KeptCommitments::default(),
            broken_rule: None,
        }
    }

    pub(crate) const fn participant(&self) -> &ParticipantId {
        &self.identity.participant
    }

    /// What it says when it joins.
    pub(crate) fn introduction(&self, place: &Place) -> (MemberId, Vec<SignedTransaction>) {
        self.identity
            .introduce(&crate::sequencer_client::DomainInfo {
                id: place.domain.clone(),
                topology_manager: place.topology_manager.clone(),
            })
    }

    /// Signs for the participant's namespace.
    pub(crate) fn sign(&self, transaction: Transaction) -> SignedTransaction {
        transaction.sign(&[&self.identity.namespace_key])
    }

    pub(crate) fn countersign(&self, transaction: SignedTransaction) -> SignedTransaction {
        transaction.countersign(&self.identity.namespace_key)
    }

    pub(crate) fn namespace(&self) -> crate::model::Fingerprint {
        self.identity.namespace_key.public().fingerprint()
    }

    /// The entries of the log; the first has offset 1.
    pub(crate) fn log(&self) -> &[Bytes] {
        &self.log
    }

    pub(crate) fn contract(&self, id: &ContractId) -> Option<&Arc<ContractInstance>> {
        self.contracts.get(id)
    }

    /// The active contracts, for an application that looks.
    pub(crate) fn active(&self) -> impl Iterator<Item = (&ContractId, &Arc<ContractInstance>)> {
        let active = self.states.iter().filter(|(_, row)| row.archived.is_none());
        active.map(|(id, _)| (id, &self.contracts[id]))
    }

    /// All contracts with a stakeholder here, for commitments.
    pub(super) fn known(&self) -> impl Iterator<Item = Known> {
        self.states.iter().map(|(id, row)| Known {
            contract: id.clone(),
            stakeholders: self.contracts[id].stakeholders.clone(),
            activated_at: row.activated_at,
            archived_at: row.archived.map(|(at, _)| at),
        })
    }

    /// The latest comparison with each other participant.
    pub(crate) fn compared(&self) -> impl Iterator<Item = &Compared> {
        self.commitments.compared()
    }

    /// The latest commitments.
    pub(crate) fn latest_commitments(&self) -> Option<&Computed> {
        self.commitments.latest()
    }

    /// An active contract that somebody else has, too, is gone.
    pub(crate) fn lose_a_row(&mut self) {
        let mut active = self.states.iter().filter(|(_, row)| row.archived.is_none());
        if let Some((id, _)) = active.next() {
            let id = id.clone();
            self.states.remove(&id);
        }
    }

    /// Nothing is on its way.
    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.undecided.is_empty()
    }

    pub(crate) fn last_offset(&self) -> Offset {
        Offset::new(i64::try_from(self.log.len()).unwrap()).unwrap()
    }

    pub(super) fn visible(
        &self,
        id: &ContractId,
        readers: &BTreeSet<Party>,
    ) -> Option<Arc<ContractInstance>> {
        let row = self.states.get(id);
        let is_active = row.is_some_and(|row| row.archived.is_none());
        let contract = self.contracts.get(id).filter(|_| is_active)?;
        (!contract.stakeholders.is_disjoint(readers)).then(|| Arc::clone(contract))
    }

    pub(super) fn states(&self, ids: BTreeSet<ContractId>) -> HashMap<ContractId, Cached> {
        let known = ids.into_iter().filter(|id| self.contracts.contains_key(id));
        let states = known.map(|id| {
            let state = match self.states.get(&id).map(|row| row.archived) {
                None => ContractState::Unknown,
                Some(None) => ContractState::Active,
                Some(Some(_)) => ContractState::Archived,
            };
            let cached = Cached {
                instance: Arc::clone(&self.contracts[&id]),
                state,
                domain: self.states.contains_key(&id).then_some(NUMBER),
            };
            (id, cached)
        });
        states.collect()
    }

    pub(super) fn accepted(&self, change: ChangeId) -> Option<&AcceptedChange> {
        self.accepted.get(&change)
    }

    pub(super) fn accepted_at(&self, changes: &[ChangeId]) -> HashMap<ChangeId, Timestamp> {
        let found = changes.iter().filter_map(|change| {
            let accepted = self.accepted.get(change)?;
            Some((*change, accepted.accepted_at))
        });
        found.collect()
    }

    pub(super) fn archived_by(&self, id: &ContractId) -> Option<Offset> {
        let archived = self.states.get(id)?.archived;
        archived.map(|(_, by)| by)
    }

    pub(super) fn in_flight(&self) -> Vec<(MessageId, Submitted, SubmissionRequest)> {
        let rows = self.in_flight.iter().map(|(message_id, it)| {
            let submitted = Submitted {
                change_id: it.change_id,
                domain: it.domain,
                in_flight: it.completion.clone(),
            };
            let request = SubmissionRequest::decode(it.request.clone()).unwrap();
            (*message_id, submitted, request)
        });
        rows.collect()
    }

    pub(crate) fn broken_rule(&self) -> Option<&str> {
        self.broken_rule.as_deref()
    }

    fn require(&mut self, holds: bool, rule: impl FnOnce() -> String) {
        if !holds {
            self.broken_rule.get_or_insert_with(rule);
        }
    }

    /// `REGISTER`
    pub(super) fn register(&mut self, it: &Registration, anyway: bool) -> Option<AcceptedChange> {
        let known = self.accepted.get(&it.change_id).cloned();
        if anyway || known.is_none() {
            let row = InFlight {
                domain: it.domain,
                change_id: it.change_id,
                request: it.request.clone().into(),
                completion: it.in_flight.clone(),
            };
            let before = self.in_flight.insert(it.message_id, row);
            self.require(before.is_none(), || {
                "a message id was registered twice".into()
            });
        }
        known
    }

    /// `WRITE`. Notes where a constraint of the tables would fail.
    pub(super) fn write(&mut self, writes: &Writes) {
        for (offset, entry) in &writes.entries {
            let is_next = *offset == self.last_offset().next();
            self.require(is_next, || format!("{offset:?} is not the next offset"));
            self.log.push(entry.clone());
        }
        for (id, bytes) in &writes.contracts {
            let instance = ContractInstance::from_bytes(bytes).unwrap();
            self.contracts
                .entry(id.clone())
                .or_insert_with(|| Arc::new(instance));
        }
        // a statement does not see what another part of it inserts
        for (id, at, by) in &writes.archived {
            if let Some(row) = self.states.get_mut(id) {
                row.archived = Some((*at, *by));
            }
        }
        for it in &writes.activated {
            let row = Row {
                activated_at: it.at,
                archived: it.archived,
            };
            let before = self.states.insert(it.id.clone(), row);
            self.require(before.is_none(), || {
                format!("{} became active twice", it.id)
            });
        }
        self.accepted.extend(writes.accepted.clone());
        for message_id in &writes.finished {
            self.in_flight.remove(message_id);
        }
        self.topology.extend(writes.topology.iter().cloned());
        for (request, decision) in &writes.undecided_added {
            let before = self.undecided.insert(*request, *decision);
            self.require(before.is_none(), || {
                format!("{request} was undecided before")
            });
        }
        for request in &writes.undecided_removed {
            self.undecided.remove(request);
        }
        for (offset, time) in &writes.times {
            self.times.push((*time, *offset));
        }
        self.commitments.hear(&writes.commitments);
        if let Some(position) = writes.position {
            self.position = position;
        }
    }
}

//! From a decision to an entry of the event log: pure.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use crate::lf::transaction::{BlindingInfo, Create, Exercise, Node, Transaction, blinding_info};
use crate::model::{DomainId, Identifier, ParticipantId, Party, Timestamp, UpdateId};
use crate::participant::confirmation::{CheckedRequest, Content};
use crate::participant::errors::Refusal;
use crate::participant::submission::TraceContext;
use crate::wire::ledger as wire;
use wire::ledger_event::Event;

/// The entry of an accepted transaction, as far as parties hosted here see it.
pub fn transaction(
    request: &CheckedRequest,
    content: &Content,
    domain: &DomainId,
    record_time: Timestamp,
    completion: Option<wire::Completion>,
) -> wire::LedgerEvent {
    let times = &content.times;
    let blinding = blinding_info(&content.transaction);
    let mut writer = Writer {
        transaction: &content.transaction,
        blinding: &blinding,
        hosted: &request.hosted_here,
        transient: &content.transient,
        parties: Table::default(),
        identifiers: Table::default(),
    };
    let events = writer.events();
    let transaction = wire::Transaction {
        update_id: request.update_id(domain).to_string(),
        effective_at: times.ledger_time.micros(),
        workflow_id: times
            .workflow_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        completion,
        parties: writer.parties.texts,
        identifiers: writer.identifiers.texts,
        events,
    };
    wire::LedgerEvent {
        record_time: record_time.micros(),
        domain: domain.to_string(),
        traceparent: times.traceparent.clone(),
        tracestate: times.tracestate.clone(),
        event: Some(Event::Transaction(transaction)),
    }
}

/// The entry of a submission that changed nothing.
pub fn rejection(
    completion: wire::Completion,
    refusal: &Refusal,
    domain: &DomainId,
    record_time: Timestamp,
    trace: &TraceContext,
) -> wire::LedgerEvent {
    let rejection = wire::Rejection {
        completion: Some(completion),
        refusal: Some(refusal.clone().into()),
    };
    wire::LedgerEvent {
        record_time: record_time.micros(),
        domain: domain.to_string(),
        traceparent: trace.parent.clone(),
        tracestate: trace.state.clone(),
        event: Some(Event::Rejection(rejection)),
    }
}

/// The entry of a party that became known.
pub fn party_added(
    update_id: &UpdateId,
    party: &Party,
    participant: &ParticipantId,
    is_local: bool,
    domain: &DomainId,
    record_time: Timestamp,
) -> wire::LedgerEvent {
    wire::LedgerEvent {
        record_time: record_time.micros(),
        domain: domain.to_string(),
        traceparent: String::new(),
        tracestate: String::new(),
        event: Some(Event::PartyAdded(wire::PartyAdded {
            update_id: update_id.to_string(),
            party: party.to_string(),
            participant: participant.to_string(),
            is_local,
        })),
    }
}

/// Texts by position, each once.
#[derive(Default)]
struct Table {
    texts: Vec<String>,
    positions: BTreeMap<String, u32>,
}

impl Table {
    fn position(&mut self, text: &str) -> u32 {
        if let Some(position) = self.positions.get(text) {
            return *position;
        }
        let position = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.positions.insert(text.to_owned(), position);
        position
    }
}

struct Writer<'a> {
    transaction: &'a Transaction,
    blinding: &'a BlindingInfo,
    hosted: &'a BTreeSet<Party>,
    transient: &'a BTreeSet<crate::model::ContractId>,
    parties: Table,
    identifiers: Table,
}

impl Writer<'_> {
    /// What somebody hosted here sees. Nothing that was rolled back, no fetches and queries.
    fn events(&mut self) -> Vec<wire::Event> {
        let mut events = Vec::new();
        let mut index = 0;
        while let Some(node) = self.transaction.nodes.get(index) {
            let kind = match node {
                Node::Rollback(_) => {
                    index = self.end_of(index);
                    continue;
                }
                Node::Fetch(_) | Node::QueryByKey(_) => None,
                Node::Create(create) => Some(self.created(create)),
                Node::Exercise(exercise) => Some(self.exercised(index, exercise)),
            };
            if let Some(kind) = kind {
                let witnesses = self.hosted_among(&self.blinding.disclosure[index]);
                if !witnesses.is_empty() {
                    events.push(wire::Event {
                        node_id: node_number(index),
                        witnesses,
                        kind: Some(kind),
                    });
                }
            }
            index += 1;
        }
        events
    }

    fn created(&mut self, create: &Create) -> wire::event::Kind {
        wire::event::Kind::Created(wire::Created {
            contract_id: create.contract_id.as_bytes().to_vec().into(),
            template: self.identifier(&create.template),
            stakeholders: self.hosted_among(&create.stakeholders),
            transient: self.transient.contains(&create.contract_id),
        })
    }

    fn exercised(&mut self, index: usize, exercise: &Exercise) -> wire::event::Kind {
        wire::event::Kind::Exercised(wire::Exercised {
            contract_id: exercise.contract_id.as_bytes().to_vec().into(),
            template: self.identifier(&exercise.template),
            package_name: exercise.package_name.to_string(),
            interface: exercise.interface.as_ref().map(|id| self.identifier(id)),
            choice: exercise.choice.to_string(),
            argument: exercise.argument.to_bytes().into(),
            result: exercise
                .result
                .as_ref()
                .map_or_else(Bytes::new, |value| value.to_bytes().into()),
            acting_parties: self.all(&exercise.acting),
            consuming: exercise.consuming,
            last_descendant_node_id: node_number(self.end_of(index) - 1),
            stakeholders: self.hosted_among(&exercise.stakeholders),
            transient: exercise.consuming && self.transient.contains(&exercise.contract_id),
        })
    }

    /// The index after the last node below a node.
    fn end_of(&self, index: usize) -> usize {
        let mut last = index;
        while let Some(child) = self.transaction.nodes[last].children().last() {
            last = child.index();
        }
        last + 1
    }

    fn identifier(&mut self, id: &Identifier) -> u32 {
        self.identifiers.position(&id.to_string())
    }

    fn hosted_among(&mut self, parties: &BTreeSet<Party>) -> Vec<u32> {
        let hosted = self.hosted;
        parties
            .iter()
            .filter(|party| hosted.contains(*party))
            .map(|party| self.parties.position(party.as_str()))
            .collect()
    }

    fn all(&mut self, parties: &BTreeSet<Party>) -> Vec<u32> {
        parties
            .iter()
            .map(|party| self.parties.position(party.as_str()))
            .collect()
    }
}

fn node_number(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

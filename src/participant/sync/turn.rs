//! One turn of the loop: what the decisions change, gathered before it is written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use prost::Message as _;

use super::contracts::{Cached, Change};
use super::processor::{Decided, Effects};
use super::register::InFlight;
use super::store::{Activation, Writes};
use crate::lf::transaction::ContractInstance;
use crate::model::{
    ContractId, DomainId, HashBuilder, Offset, ParticipantId, Party, Purpose, Timestamp, UpdateId,
};
use crate::participant::commit;
use crate::participant::confirmation::locks::ContractState;
use crate::participant::confirmation::{CheckedRequest, Content};
use crate::participant::errors::{ErrorId, Refusal};
use crate::participant::indexer::{Appended, SizedContract};
use crate::participant::submission::{
    AcceptedChange, ChangeId, DomainNumber, OffsetTimes, TraceContext, trace_id,
};
use crate::protocol::{Answer, MessageId, Reject, Response};
use crate::topology::{Applied, Effective};
use crate::wire::ledger as wire;

/// Where the log stands: offsets and times are given out here.
#[derive(Debug)]
pub(super) struct LogEnd {
    pub offset: Offset,
    pub times: OffsetTimes,
}

/// Everything that a turn changes.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub writes: Writes,
    pub responses: Vec<Response>,
    pub appended: Vec<Appended>,
    pub changes: Vec<Change>,
    /// Parties that became known.
    pub parties: Vec<Party>,
    /// The states of the contracts that this turn's requests use.
    states: HashMap<ContractId, ContractState>,
    /// When the changes that this turn's requests are about were accepted.
    accepted: HashMap<ChangeId, Timestamp>,
}

/// Who works on a turn.
pub(super) struct Context<'a> {
    pub domain: &'a DomainId,
    pub number: DomainNumber,
    pub participant: &'a ParticipantId,
    pub end: &'a mut LogEnd,
    pub in_flight: &'a mut InFlight,
}

impl Turn {
    pub(super) fn new(
        states: HashMap<ContractId, ContractState>,
        accepted: HashMap<ChangeId, Timestamp>,
    ) -> Self {
        Self {
            states,
            accepted,
            ..Self::default()
        }
    }

    /// A contract's state after everything decided so far.
    pub(super) fn state(&self, id: &ContractId) -> ContractState {
        self.states
            .get(id)
            .copied()
            .unwrap_or(ContractState::Unknown)
    }

    /// When a change was accepted, if it was.
    pub(super) fn accepted(&self, change: ChangeId) -> Option<Timestamp> {
        self.accepted.get(&change).copied()
    }

    /// Takes what follows from an event.
    pub(super) fn take(&mut self, effects: Effects, context: &mut Context<'_>) {
        self.responses.extend(effects.responses);
        for decided in effects.decided {
            match &decided.answer {
                Answer::Approve => self.accept(&decided, context),
                Answer::Reject(reject) => self.reject(&decided, reject, context),
            }
        }
    }

    fn accept(&mut self, decided: &Decided, context: &mut Context<'_>) {
        let request = &decided.request;
        let Some(readable) = &request.content else {
            // the others approve what cannot even be read here: they and we disagree about the
            // protocol, and a human must find out who is right
            tracing::error!(request = %request.id, "an unreadable request was approved");
            return;
        };
        let submitted = decided
            .ours
            .and_then(|message_id| Some((message_id, context.in_flight.remove(&message_id)?)));
        let completion = submitted
            .as_ref()
            .and_then(|(_, submitted)| submitted.in_flight.completion.clone());
        let event = commit::transaction(
            request,
            readable,
            context.domain,
            decided.record_time,
            completion,
        );
        let visible = created_in(&event);
        let offset = self.append(event, decided.record_time, context);
        if let Some((message_id, _)) = submitted {
            self.writes.finished.push(message_id);
        }
        if let Some(change) = &request.change {
            let accepted = AcceptedChange {
                completion_offset: offset,
                accepted_at: decided.record_time,
                submission_id: change.submission_id.clone(),
                update_id: request.update_id(context.domain),
            };
            self.accepted.insert(change.id, decided.record_time);
            self.writes.accepted.insert(change.id, accepted);
        }
        tracing::debug!(
            tid = trace_id(&readable.times.traceparent),
            request = %request.id,
            offset = offset.get(),
            "transaction accepted"
        );
        let at = (decided.record_time, offset, context.number);
        self.change_contracts(request, readable, &visible, at);
    }

    fn change_contracts(
        &mut self,
        request: &CheckedRequest,
        content: &Content,
        visible: &BTreeSet<Bytes>,
        (at, by, number): (Timestamp, Offset, DomainNumber),
    ) {
        for (place, (id, instance)) in (0..).zip(&content.created) {
            if !visible.contains(id.as_bytes()) {
                continue;
            }
            let bytes: Bytes = instance.to_bytes().into();
            self.hand_over(id, instance, bytes.len());
            self.writes.contracts.push((id.clone(), bytes));
            let is_transient = content.transient.contains(id);
            let is_ours = !instance.stakeholders.is_disjoint(&request.hosted_here);
            let state = match (is_ours, is_transient) {
                (false, _) => ContractState::Unknown,
                (true, false) => ContractState::Active,
                (true, true) => ContractState::Archived,
            };
            if is_ours {
                self.writes.activated.push(Activation {
                    id: id.clone(),
                    at,
                    archived: is_transient.then_some((at, by)),
                    key: instance.key.as_ref().map(|key| (key.hash, place)),
                });
            }
            self.states.insert(id.clone(), state);
            let cached = Cached {
                instance: Arc::clone(instance),
                state,
                domain: is_ours.then_some(number),
            };
            self.changes.push(Change::Created(id.clone(), cached));
        }
        // where a contract has no state here, because none of its stakeholders is, this changes none
        for id in &content.usage.consumed {
            self.writes.archive(id, at, by);
            self.states.insert(id.clone(), ContractState::Archived);
            self.changes.push(Change::Archived(id.clone()));
        }
    }

    /// The contract of the entry that was appended last, for readers.
    fn hand_over(&mut self, id: &ContractId, instance: &Arc<ContractInstance>, size: usize) {
        if let Some(entry) = self.appended.last_mut() {
            let instance = Arc::clone(instance);
            entry
                .contracts
                .push((id.clone(), SizedContract { instance, size }));
        }
    }

    fn reject(&mut self, decided: &Decided, reject: &Reject, context: &mut Context<'_>) {
        if let Some(message_id) = decided.ours {
            self.refuse(&message_id, &refusal(reject), decided.record_time, context);
        }
    }

    /// A submission in flight ends without effect.
    pub(super) fn refuse(
        &mut self,
        message_id: &MessageId,
        refusal: &Refusal,
        record_time: Timestamp,
        context: &mut Context<'_>,
    ) {
        let Some(submitted) = context.in_flight.remove(message_id) else {
            return;
        };
        self.writes.finished.push(*message_id);
        self.complete(submitted.in_flight, refusal, record_time, context);
    }

    /// A completion for a submission that changed nothing.
    pub(super) fn complete(
        &mut self,
        in_flight: wire::InFlightSubmission,
        refusal: &Refusal,
        record_time: Timestamp,
        context: &mut Context<'_>,
    ) {
        let trace = TraceContext {
            parent: in_flight.traceparent,
            state: in_flight.tracestate,
        };
        let completion = in_flight.completion.unwrap_or_default();
        tracing::debug!(
            tid = trace_id(&trace.parent),
            command_id = completion.command_id,
            %refusal,
            "submission refused"
        );
        let event = commit::rejection(completion, refusal, context.domain, record_time, &trace);
        self.append(event, record_time, context);
    }

    /// A topology transaction came into force.
    pub(super) fn publish(&mut self, effective: &Effective, context: &mut Context<'_>) {
        match &effective.applied {
            Applied::Party {
                party,
                hosting: Some(hosting),
                is_new: true,
            } => {
                let is_local = hosting.permission(context.participant).is_some();
                let host = hosting.hosts.first().map(|host| &host.participant);
                let event = commit::party_added(
                    &topology_update_id(&effective.transaction, context.domain),
                    party,
                    host.unwrap_or(context.participant),
                    is_local,
                    context.domain,
                    effective.at,
                );
                self.append(event, effective.at, context);
                self.parties.push(party.clone());
            }
            Applied::Party { .. } | Applied::Member(_) | Applied::Other => {}
        }
    }

    fn append(
        &mut self,
        event: wire::LedgerEvent,
        record_time: Timestamp,
        context: &mut Context<'_>,
    ) -> Offset {
        let offset = context.end.offset.next();
        context.end.offset = offset;
        if context.end.times.sample(record_time, offset) {
            self.writes.times.push((offset, record_time));
        }
        let entry: Bytes = event.encode_to_vec().into();
        self.appended.push(Appended {
            offset,
            event,
            size: entry.len(),
            contracts: Vec::new(),
        });
        self.writes.entries.push((offset, entry));
        offset
    }
}

/// The contracts that an entry shows somebody hosted here.
fn created_in(event: &wire::LedgerEvent) -> BTreeSet<Bytes> {
    let Some(wire::ledger_event::Event::Transaction(transaction)) = &event.event else {
        return BTreeSet::new();
    };
    transaction
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            Some(wire::event::Kind::Created(created)) => Some(created.contract_id.clone()),
            _ => None,
        })
        .collect()
}

/// The identity of a topology transaction as an update.
fn topology_update_id(transaction: &Bytes, domain: &DomainId) -> UpdateId {
    // the same may be published on several domains
    let hash = HashBuilder::new(Purpose::TopologyTransaction)
        .bytes(domain.as_str().as_bytes())
        .bytes(transaction)
        .finish();
    UpdateId::parse(&format!("1220{hash}")).expect("hexadecimal is a legal update id")
}

/// A rejection in the words of the public errors.
fn refusal(reject: &Reject) -> Refusal {
    let id = ErrorId::parse(&reject.error_id).unwrap_or(ErrorId::LedgerApiInternalError);
    let mut refusal = Refusal::new(id, reject.message.clone());
    for resource in &reject.resources {
        refusal = refusal.about(&reject.resource_type, resource);
    }
    refusal
}

//! Updates.

use canton_proto::com::daml::ledger::api::v2 as proto;
use proto::get_active_contracts_response::ContractEntry;
use proto::get_updates_response::Update as Item;

use super::events::Writer;
use super::times::timestamp;
use crate::lf::engine::Engine;
use crate::participant::errors::Refusal;
use crate::participant::indexer::{Body, Entry, HostNow, HostingChanged, Transaction};
use crate::participant::submission::TraceContext;
use crate::participant::updates::Update;
use crate::topology::Permission;

/// An update as a message.
#[derive(Debug)]
enum Written {
    /// A transaction.
    Transaction(proto::Transaction),
    /// Changes of the topology.
    Topology(proto::TopologyTransaction),
}

/// Writes an update.
fn update(update: &Update, verbose: bool, engine: &Engine) -> Result<Written, Refusal> {
    let entry = &update.projection.entry;
    match &entry.body {
        Body::Transaction(body) => {
            let writer = Writer { engine, verbose };
            let events = update.events();
            let events = events
                .map(|(shown, event, content)| writer.event(entry.offset, shown, event, content));
            let events = events.collect::<Result<_, _>>()?;
            let shows_command = update.projection.shows_command;
            let written = self::body(entry, body, shows_command, events);
            Ok(Written::Transaction(written))
        }
        Body::Hosting(changed) => Ok(Written::Topology(topology(entry, changed))),
        Body::Rejection(_) => Err(Refusal::internal("a rejection is no update")),
    }
}

fn body(
    entry: &Entry,
    transaction: &Transaction,
    shows_command: bool,
    events: Vec<proto::Event>,
) -> proto::Transaction {
    let completion = transaction.completion.as_ref();
    let completion = completion.filter(|_| shows_command);
    let workflow_id = transaction.workflow_id.as_ref();
    proto::Transaction {
        update_id: transaction.update_id.to_string(),
        command_id: completion.map_or_else(String::new, |it| it.command_id.to_string()),
        workflow_id: workflow_id.map(ToString::to_string).unwrap_or_default(),
        effective_at: Some(timestamp(transaction.effective_at)),
        events,
        offset: entry.offset.get(),
        synchronizer_id: entry.domain.to_string(),
        trace_context: trace_context(&entry.trace),
        record_time: Some(timestamp(entry.record_time)),
        external_transaction_hash: None,
        paid_traffic_cost: completion.map(|_| 0),
        transaction_hash: None,
    }
}

fn topology(entry: &Entry, changed: &HostingChanged) -> proto::TopologyTransaction {
    use proto::topology_event::Event;
    let party_id = changed.party.to_string();
    let event = |participant_id: String, now: HostNow| match now {
        HostNow::Added(permission) => {
            Event::ParticipantAuthorizationAdded(proto::ParticipantAuthorizationAdded {
                party_id: party_id.clone(),
                participant_id,
                participant_permission: self::permission(permission) as i32,
            })
        }
        HostNow::Changed(permission) => {
            Event::ParticipantAuthorizationChanged(proto::ParticipantAuthorizationChanged {
                party_id: party_id.clone(),
                participant_id,
                participant_permission: self::permission(permission) as i32,
            })
        }
        HostNow::Revoked => {
            Event::ParticipantAuthorizationRevoked(proto::ParticipantAuthorizationRevoked {
                party_id: party_id.clone(),
                participant_id,
            })
        }
    };
    let hosts = changed.changes.iter();
    let events = hosts.map(|change| proto::TopologyEvent {
        event: Some(event(change.participant.to_string(), change.now)),
    });
    proto::TopologyTransaction {
        update_id: changed.update_id.to_string(),
        events: events.collect(),
        offset: entry.offset.get(),
        synchronizer_id: entry.domain.to_string(),
        trace_context: trace_context(&entry.trace),
        record_time: Some(timestamp(entry.record_time)),
    }
}

fn permission(permission: Permission) -> proto::ParticipantPermission {
    match permission {
        Permission::Submission => proto::ParticipantPermission::Submission,
        Permission::Confirmation => proto::ParticipantPermission::Confirmation,
        Permission::Observation => proto::ParticipantPermission::Observation,
    }
}

/// A trace context, if there is one.
pub(super) fn trace_context(trace: &TraceContext) -> Option<proto::TraceContext> {
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    text(&trace.parent).map(|parent| proto::TraceContext {
        traceparent: Some(parent),
        tracestate: text(&trace.state),
    })
}

/// An update in a stream.
pub(crate) fn updates_item(
    update: &Update,
    verbose: bool,
    engine: &Engine,
) -> Result<proto::GetUpdatesResponse, Refusal> {
    let item = match self::update(update, verbose, engine)? {
        Written::Transaction(transaction) => Item::Transaction(transaction),
        Written::Topology(topology) => Item::TopologyTransaction(topology),
    };
    Ok(proto::GetUpdatesResponse { update: Some(item) })
}

/// An update that was asked for by its id or offset.
pub(crate) fn single_update(
    update: &Update,
    verbose: bool,
    engine: &Engine,
) -> Result<proto::GetUpdateResponse, Refusal> {
    use proto::get_update_response::Update as Item;
    let item = match self::update(update, verbose, engine)? {
        Written::Transaction(transaction) => Item::Transaction(transaction),
        Written::Topology(topology) => Item::TopologyTransaction(topology),
    };
    Ok(proto::GetUpdateResponse { update: Some(item) })
}

/// A transaction.
pub(crate) fn transaction(
    update: &Update,
    verbose: bool,
    engine: &Engine,
) -> Result<proto::Transaction, Refusal> {
    match self::update(update, verbose, engine)? {
        Written::Transaction(transaction) => Ok(transaction),
        Written::Topology(_) => Err(Refusal::internal("a topology event is no transaction")),
    }
}

/// The only event of an update, with the domain on which it happened.
pub(crate) fn single_event(
    update: &Update,
    verbose: bool,
    engine: &Engine,
) -> Result<(proto::Event, String), Refusal> {
    let transaction = transaction(update, verbose, engine)?;
    let event = transaction.events.into_iter().next();
    let event = event.ok_or_else(|| Refusal::internal("an update without events"))?;
    Ok((event, transaction.synchronizer_id))
}

/// A contract that is active.
pub(crate) fn active_contract(
    created: &Update,
    verbose: bool,
    engine: &Engine,
) -> Result<ContractEntry, Refusal> {
    let (event, synchronizer_id) = single_event(created, verbose, engine)?;
    Ok(ContractEntry::ActiveContract(proto::ActiveContract {
        created_event: super::created_event(event),
        synchronizer_id,
        reassignment_counter: 0,
    }))
}

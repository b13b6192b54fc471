//! From the bytes of the event log to [`Entry`].

use prost::Message;

use super::entry::{
    Action, Body, Completion, Entry, Event, Exercise, HostChange, HostNow, HostingChanged,
    Rejection, Transaction,
};
use crate::model::{
    CommandId, ContractId, DomainId, Identifier, Name, Offset, PackageName, ParticipantId, Party,
    SubmissionId, Timestamp, UpdateId, UserId, WorkflowId,
};
use crate::participant::errors::Refusal;
use crate::participant::submission::TraceContext;
use crate::topology::Permission;
use crate::wire::ledger;

/// Why an entry cannot be read: the log was damaged, or written by a newer version.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not the bytes of a message.
    #[error("not an entry of the event log")]
    Bytes(#[from] prost::DecodeError),
    /// A part is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is not what it must be.
    #[error("malformed {what}: {reason}")]
    Malformed {
        /// Which part.
        what: &'static str,
        /// Why.
        reason: String,
    },
}

fn malformed<E: std::fmt::Display>(what: &'static str) -> impl FnOnce(E) -> DecodeError {
    move |error| DecodeError::Malformed {
        what,
        reason: error.to_string(),
    }
}

/// Decodes the entry at an offset.
pub(crate) fn decode(offset: Offset, bytes: &[u8]) -> Result<Entry, DecodeError> {
    let message = ledger::LedgerEvent::decode(bytes)?;
    convert(offset, message, bytes.len())
}

/// Takes a message that is `size` bytes long in the log.
pub(super) fn convert(
    offset: Offset,
    message: ledger::LedgerEvent,
    size: usize,
) -> Result<Entry, DecodeError> {
    use ledger::ledger_event::Event as Kind;
    let body = match message.event.ok_or(DecodeError::Missing("event"))? {
        Kind::Transaction(transaction) => Body::Transaction(self::transaction(transaction)?),
        Kind::Rejection(rejection) => Body::Rejection(self::rejection(rejection)?),
        Kind::PartyAdded(added) => Body::Hosting(party_added(&added)?),
        Kind::HostingChanged(changed) => Body::Hosting(hosting_changed(&changed)?),
    };
    Ok(Entry {
        offset,
        record_time: time(message.record_time)?,
        domain: DomainId::parse(&message.domain).map_err(malformed("domain"))?,
        trace: TraceContext {
            parent: message.traceparent,
            state: message.tracestate,
        },
        body,
        size,
    })
}

fn time(micros: i64) -> Result<Timestamp, DecodeError> {
    Timestamp::from_micros(micros).map_err(malformed("time"))
}

fn transaction(message: ledger::Transaction) -> Result<Transaction, DecodeError> {
    let tables = Tables::read(&message.parties, &message.identifiers)?;
    let workflow_id = match message.workflow_id.as_str() {
        "" => None,
        id => Some(WorkflowId::parse(id).map_err(malformed("workflow id"))?),
    };
    let events = message.events.into_iter();
    Ok(Transaction {
        update_id: UpdateId::parse(&message.update_id).map_err(malformed("update id"))?,
        effective_at: time(message.effective_at)?,
        workflow_id,
        completion: message.completion.as_ref().map(completion).transpose()?,
        events: events
            .map(|event| tables.event(event))
            .collect::<Result<_, _>>()?,
    })
}

/// What the events of a transaction refer to by position.
struct Tables {
    parties: Vec<Party>,
    identifiers: Vec<Identifier>,
}

impl Tables {
    fn read(parties: &[String], identifiers: &[String]) -> Result<Self, DecodeError> {
        let parties = parties.iter().map(|text| party(text));
        let identifiers = identifiers.iter().map(|text| {
            text.parse::<Identifier>()
                .map_err(malformed("identifier in a transaction"))
        });
        Ok(Self {
            parties: parties.collect::<Result<_, _>>()?,
            identifiers: identifiers.collect::<Result<_, _>>()?,
        })
    }

    fn parties(&self, positions: &[u32]) -> Result<Vec<Party>, DecodeError> {
        let party = |position: &u32| {
            let found = self.parties.get(*position as usize);
            found.cloned().ok_or(DecodeError::Missing("party"))
        };
        positions.iter().map(party).collect()
    }

    fn identifier(&self, position: u32) -> Result<Identifier, DecodeError> {
        let found = self.identifiers.get(position as usize);
        found.cloned().ok_or(DecodeError::Missing("identifier"))
    }

    fn event(&self, message: ledger::Event) -> Result<Event, DecodeError> {
        use ledger::event::Kind;
        let witnesses = self.parties(&message.witnesses)?;
        let node_id = message.node_id;
        match message.kind.ok_or(DecodeError::Missing("kind of event"))? {
            Kind::Created(created) => Ok(Event {
                node_id,
                contract_id: contract_id(&created.contract_id)?,
                template: self.identifier(created.template)?,
                witnesses,
                stakeholders: self.parties(&created.stakeholders)?,
                transient: created.transient,
                action: Action::Created,
            }),
            Kind::Exercised(exercised) => Ok(Event {
                node_id,
                contract_id: contract_id(&exercised.contract_id)?,
                template: self.identifier(exercised.template)?,
                witnesses,
                stakeholders: self.parties(&exercised.stakeholders)?,
                transient: exercised.transient,
                action: Action::Exercised(self.exercise(exercised)?),
            }),
        }
    }

    fn exercise(&self, message: ledger::Exercised) -> Result<Exercise, DecodeError> {
        let interface = message.interface.map(|position| self.identifier(position));
        Ok(Exercise {
            package_name: PackageName::parse(&message.package_name)
                .map_err(malformed("package name"))?,
            interface: interface.transpose()?,
            choice: Name::parse(&message.choice).map_err(malformed("choice"))?,
            argument: message.argument,
            result: message.result,
            acting: self.parties(&message.acting_parties)?,
            consuming: message.consuming,
            last_descendant: message.last_descendant_node_id,
        })
    }
}

fn contract_id(bytes: &[u8]) -> Result<ContractId, DecodeError> {
    ContractId::from_bytes(bytes).map_err(malformed("contract id"))
}

fn party(text: &str) -> Result<Party, DecodeError> {
    Party::parse(text).map_err(malformed("party"))
}

fn completion(message: &ledger::Completion) -> Result<Completion, DecodeError> {
    let act_as = message.act_as.iter().map(|text| party(text));
    Ok(Completion {
        user_id: UserId::parse(&message.user_id).map_err(malformed("user id"))?,
        act_as: act_as.collect::<Result<_, _>>()?,
        command_id: CommandId::parse(&message.command_id).map_err(malformed("command id"))?,
        submission_id: SubmissionId::parse(&message.submission_id)
            .map_err(malformed("submission id"))?,
        deduplication_offset: Offset::new(message.deduplication_offset)
            .ok_or(DecodeError::Missing("deduplication offset"))?,
    })
}

fn rejection(message: ledger::Rejection) -> Result<Rejection, DecodeError> {
    let refusal = message.refusal.ok_or(DecodeError::Missing("refusal"))?;
    Ok(Rejection {
        completion: completion(
            &message
                .completion
                .ok_or(DecodeError::Missing("completion"))?,
        )?,
        refusal: Refusal::from(refusal),
    })
}

fn party_added(message: &ledger::PartyAdded) -> Result<HostingChanged, DecodeError> {
    Ok(HostingChanged {
        update_id: UpdateId::parse(&message.update_id).map_err(malformed("update id"))?,
        party: party(&message.party)?,
        is_local: message.is_local,
        changes: vec![HostChange {
            participant: participant(&message.participant)?,
            now: HostNow::Added(Permission::Submission),
        }],
    })
}

fn hosting_changed(message: &ledger::HostingChanged) -> Result<HostingChanged, DecodeError> {
    Ok(HostingChanged {
        update_id: UpdateId::parse(&message.update_id).map_err(malformed("update id"))?,
        party: party(&message.party)?,
        is_local: message.is_local,
        changes: message
            .changes
            .iter()
            .map(host_change)
            .collect::<Result<_, _>>()?,
    })
}

fn host_change(message: &ledger::HostChange) -> Result<HostChange, DecodeError> {
    use ledger::host_change::{Kind, Permission as Wire};
    let permission = || match message.permission() {
        Wire::Observation => Ok(Permission::Observation),
        Wire::Confirmation => Ok(Permission::Confirmation),
        Wire::Submission => Ok(Permission::Submission),
        Wire::Unspecified => Err(DecodeError::Missing("permission")),
    };
    Ok(HostChange {
        participant: participant(&message.participant)?,
        now: match message.kind() {
            Kind::Added => HostNow::Added(permission()?),
            Kind::Changed => HostNow::Changed(permission()?),
            Kind::Revoked => HostNow::Revoked,
            Kind::Unspecified => return Err(DecodeError::Missing("kind of a change")),
        },
    })
}

fn participant(text: &str) -> Result<ParticipantId, DecodeError> {
    ParticipantId::parse(text).map_err(malformed("participant"))
}

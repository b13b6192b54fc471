//! Entries for tests.

use super::decode;
use super::entry::Entry;
use crate::model::{ContractId, Fingerprint, Offset};
use crate::wire::ledger;
use ledger::ledger_event::Event as Kind;

pub(crate) const TIME: i64 = 1_700_000_000_000_000;

/// What the parties of the samples are called; those hosted here.
pub(crate) const PARTIES: [&str; 3] = ["alice", "bank", "bob"];

/// The templates of the samples.
pub(crate) const TEMPLATES: [&str; 2] = ["pkg:Main:Iou", "pkg:Main:Cash"];

pub(crate) fn party(hint: &str) -> String {
    format!("{hint}::{}", Fingerprint::of_key(b"test"))
}

pub(crate) fn contract_id(number: u8) -> ContractId {
    ContractId::new([number; 32], &[0xca, 0x12, number])
}

pub(crate) fn event(offset: i64, kind: Kind) -> ledger::LedgerEvent {
    ledger::LedgerEvent {
        record_time: TIME + offset,
        domain: party("domain"),
        traceparent: String::new(),
        tracestate: String::new(),
        event: Some(kind),
    }
}

pub(crate) fn entry(offset: i64, event: ledger::LedgerEvent) -> Entry {
    decode::convert(Offset::new(offset).unwrap(), event, 100).unwrap()
}

pub(crate) fn party_added(offset: i64, hint: &str) -> Entry {
    let added = ledger::PartyAdded {
        update_id: format!("1220{offset:064x}"),
        party: party(hint),
        participant: party("participant1"),
        is_local: true,
    };
    entry(offset, event(offset, Kind::PartyAdded(added)))
}

pub(crate) fn hosting_changed(
    offset: i64,
    hint: &str,
    is_local: bool,
    changes: Vec<ledger::HostChange>,
) -> Entry {
    let hosting = ledger::HostingChanged {
        update_id: format!("1220{offset:064x}"),
        party: party(hint),
        is_local,
        changes,
    };
    entry(offset, event(offset, Kind::HostingChanged(hosting)))
}

pub(crate) fn completion(act_as: &[&str]) -> ledger::Completion {
    ledger::Completion {
        user_id: "user".to_owned(),
        act_as: act_as.iter().map(|hint| party(hint)).collect(),
        command_id: "command".to_owned(),
        submission_id: "submission".to_owned(),
        deduplication_offset: 0,
    }
}

pub(crate) fn rejection(offset: i64, act_as: &[&str]) -> Entry {
    let rejection = ledger::Rejection {
        completion: Some(completion(act_as)),
        refusal: Some(ledger::Refusal {
            error_id: "DUPLICATE_COMMAND".to_owned(),
            message: "again".to_owned(),
            ..ledger::Refusal::default()
        }),
    };
    entry(offset, event(offset, Kind::Rejection(rejection)))
}

/// A transaction that `bank` submitted. Parties and templates are given by their positions.
pub(crate) fn transaction(offset: i64, events: Vec<ledger::Event>) -> Entry {
    entry(offset, transaction_event(offset, events))
}

/// The same as it is in the log.
pub(crate) fn transaction_event(offset: i64, events: Vec<ledger::Event>) -> ledger::LedgerEvent {
    let transaction = ledger::Transaction {
        update_id: format!("1220{offset:064x}"),
        effective_at: TIME + offset,
        workflow_id: "workflow".to_owned(),
        completion: Some(completion(&["bank"])),
        parties: PARTIES.iter().map(|hint| party(hint)).collect(),
        identifiers: TEMPLATES.map(str::to_owned).to_vec(),
        events,
    };
    event(offset, Kind::Transaction(transaction))
}

pub(crate) fn created(
    node_id: i32,
    contract: u8,
    template: u32,
    witnesses: &[u32],
    stakeholders: &[u32],
) -> ledger::Event {
    ledger::Event {
        node_id,
        witnesses: witnesses.to_vec(),
        kind: Some(ledger::event::Kind::Created(ledger::Created {
            contract_id: contract_id(contract).as_bytes().to_vec().into(),
            template,
            stakeholders: stakeholders.to_vec(),
            transient: false,
        })),
    }
}

pub(crate) fn exercised(
    node_id: i32,
    contract: u8,
    consuming: bool,
    witnesses: &[u32],
    stakeholders: &[u32],
) -> ledger::Event {
    ledger::Event {
        node_id,
        witnesses: witnesses.to_vec(),
        kind: Some(ledger::event::Kind::Exercised(ledger::Exercised {
            contract_id: contract_id(contract).as_bytes().to_vec().into(),
            template: 0,
            package_name: "package".to_owned(),
            choice: "Choice".to_owned(),
            acting_parties: vec![1],
            consuming,
            last_descendant_node_id: node_id,
            stakeholders: stakeholders.to_vec(),
            ..ledger::Exercised::default()
        })),
    }
}

/// The same event about a contract that lives in this transaction only.
pub(crate) fn transient(mut event: ledger::Event) -> ledger::Event {
    match event.kind.as_mut() {
        Some(ledger::event::Kind::Created(created)) => created.transient = true,
        Some(ledger::event::Kind::Exercised(exercised)) => exercised.transient = true,
        None => {}
    }
    event
}

//! What a step deletes: pure.

use std::collections::HashMap;

use bytes::Bytes;
use prost::Message as _;

use crate::model::Offset;
use crate::wire::ledger as wire;
use wire::event::Kind;

/// What is to be done with some entries of the log that follow each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Entries that go.
    pub gone: Vec<Offset>,
    /// Entries of which only the creations of contracts stay that have not ended.
    pub shortened: Vec<(Offset, Vec<u8>)>,
    /// These contracts, and where they were created.
    pub kept: Vec<(Bytes, Offset)>,
    /// Contracts that have ended, wherever they were created.
    pub ended: Vec<Bytes>,
    /// Contracts of which nobody here is a stakeholder.
    pub witnessed: Vec<Bytes>,
}

/// Decides about entries in the order of the log.
///
/// # Errors
/// If an entry cannot be read.
pub(super) fn plan(entries: &[(Offset, Bytes)]) -> Result<Plan, prost::DecodeError> {
    let mut plan = Plan::default();
    let mut living: HashMap<Bytes, Offset> = HashMap::new();
    let mut decoded = Vec::with_capacity(entries.len());
    for (offset, bytes) in entries {
        let entry = wire::LedgerEvent::decode(bytes.clone())?;
        if let Some(wire::ledger_event::Event::Transaction(transaction)) = &entry.event {
            for event in &transaction.events {
                plan.follow(event, *offset, &mut living);
            }
        }
        decoded.push((*offset, entry));
    }
    for (offset, entry) in decoded {
        match shortened(entry, |id| living.contains_key(id)) {
            None => plan.gone.push(offset),
            Some(entry) => plan.shortened.push((offset, entry.encode_to_vec())),
        }
    }
    plan.kept = living.into_iter().collect();
    plan.kept.sort_unstable();
    Ok(plan)
}

impl Plan {
    /// A contract begins, or ends, by the rule by which the read cache has it.
    fn follow(&mut self, event: &wire::Event, at: Offset, living: &mut HashMap<Bytes, Offset>) {
        match &event.kind {
            Some(Kind::Created(created)) => {
                let id = created.contract_id.clone();
                if created.stakeholders.is_empty() {
                    self.witnessed.push(id);
                } else if created.transient {
                    self.ended.push(id);
                } else {
                    living.insert(id, at);
                }
            }
            Some(Kind::Exercised(exercised))
                if exercised.consuming && !exercised.stakeholders.is_empty() =>
            {
                living.remove(&exercised.contract_id);
                self.ended.push(exercised.contract_id.clone());
            }
            Some(Kind::Exercised(_)) | None => {}
        }
    }
}

/// What of an entry tells of contracts that live; none if there are none.
fn shortened(
    entry: wire::LedgerEvent,
    lives: impl Fn(&Bytes) -> bool,
) -> Option<wire::LedgerEvent> {
    let Some(wire::ledger_event::Event::Transaction(transaction)) = entry.event else {
        return None;
    };
    let mut table = Table::new(transaction.parties, transaction.identifiers);
    let events = transaction.events.into_iter();
    let events: Vec<wire::Event> = events
        .filter_map(|mut event| match &mut event.kind {
            Some(Kind::Created(created)) if lives(&created.contract_id) => {
                table.parties.renumber(&mut event.witnesses);
                table.parties.renumber(&mut created.stakeholders);
                created.template = table.identifiers.number(created.template);
                Some(event)
            }
            Some(_) | None => None,
        })
        .collect();
    if events.is_empty() {
        return None;
    }
    Some(wire::LedgerEvent {
        traceparent: String::new(),
        tracestate: String::new(),
        event: Some(wire::ledger_event::Event::Transaction(wire::Transaction {
            completion: None,
            parties: table.parties.used,
            identifiers: table.identifiers.used,
            events,
            update_id: transaction.update_id,
            effective_at: transaction.effective_at,
            workflow_id: transaction.workflow_id,
        })),
        ..entry
    })
}

/// The names of an entry, of which only those stay that are used.
struct Table {
    parties: Names,
    identifiers: Names,
}

struct Names {
    all: Vec<String>,
    numbers: HashMap<u32, u32>,
    used: Vec<String>,
}

impl Table {
    fn new(parties: Vec<String>, identifiers: Vec<String>) -> Self {
        let names = |all| Names {
            all,
            numbers: HashMap::new(),
            used: Vec::new(),
        };
        Self {
            parties: names(parties),
            identifiers: names(identifiers),
        }
    }
}

impl Names {
    fn number(&mut self, old: u32) -> u32 {
        if let Some(number) = self.numbers.get(&old) {
            return *number;
        }
        let position = usize::try_from(old).unwrap_or(usize::MAX);
        // who reads the entry finds out that it names nothing, as before
        let Some(text) = self.all.get(position) else {
            return u32::MAX;
        };
        let number = u32::try_from(self.used.len()).unwrap_or(u32::MAX);
        self.used.push(text.clone());
        self.numbers.insert(old, number);
        number
    }

    fn renumber(&mut self, positions: &mut [u32]) {
        for position in positions {
            *position = self.number(*position);
        }
    }
}

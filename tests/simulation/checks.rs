//! The invariants. Each entry of a log is looked at when it is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use prost::Message as _;

use super::ledger::Contract;
use crate::model::{ContractId, Hash, Offset, Party, Purpose, SubmissionId};
use crate::participant::sync::simulated::Disk;
use crate::wire::ledger as wire;
use wire::event::Kind;
use wire::ledger_event::Event;

/// Something that must never be.
pub(crate) type Violation = String;

/// A completion that was found in a log.
#[derive(Debug)]
pub(crate) struct Completed {
    pub submission: SubmissionId,
    /// The error; none if it was accepted.
    pub refused: Option<String>,
}

/// What was seen of all logs.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    /// Entries of each participant that were looked at.
    looked_at: BTreeMap<usize, usize>,
    /// What readers of each participant were told.
    told: BTreeMap<usize, BTreeMap<usize, Hash>>,
    /// What each party was shown at each of its hosts.
    streams: BTreeMap<Party, BTreeMap<usize, Vec<Update>>>,
    /// Who issues everything.
    bank: Option<Party>,
    consumed: HashMap<Bytes, String>,
    effective: HashMap<String, String>,
    completed: BTreeSet<SubmissionId>,
    /// Wishes with a transaction.
    pub accepted: BTreeSet<String>,
    /// Wishes with a completion that says so.
    confirmed: BTreeSet<String>,
}

/// An update as a party sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Update {
    record_time: i64,
    update_id: String,
    contents: Hash,
}

impl Checker {
    /// Nothing was seen yet; the bank issues everything.
    pub(crate) fn new(bank: Party) -> Self {
        Self {
            bank: Some(bank),
            ..Self::default()
        }
    }

    /// Readers of a participant were told of an entry.
    pub(crate) fn tell(
        &mut self,
        participant: usize,
        offset: Offset,
        entry: &Bytes,
    ) -> Result<(), Violation> {
        let told = self.told.entry(participant).or_default();
        let index = usize::try_from(offset.get() - 1).unwrap();
        let hash = hash(entry);
        // what was written and not told before a crash is read from the log
        match told.insert(index, hash) {
            Some(before) if before != hash => {
                Err(format!("two entries were told of offset {}", offset.get()))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Looks at what was written since the last time.
    pub(crate) fn follow(
        &mut self,
        participant: usize,
        disk: &Disk,
        hosted: &BTreeSet<Party>,
    ) -> Result<Vec<Completed>, Violation> {
        if let Some(rule) = disk.broken_rule() {
            return Err(rule.to_owned());
        }
        let from = self.looked_at.get(&participant).copied().unwrap_or(0);
        let log = disk.log();
        let mut completed = Vec::new();
        for entry in &log[from..] {
            let event = wire::LedgerEvent::decode(entry.clone()).unwrap();
            let record_time = event.record_time;
            let completion = match event.event {
                Some(Event::Transaction(transaction)) => {
                    self.transaction(participant, record_time, &transaction, disk, hosted)?;
                    let completion = transaction.completion;
                    let names = completion.iter().map(|it| it.command_id.clone());
                    self.confirmed.extend(names);
                    completion.map(|it| (it, None))
                }
                Some(Event::Rejection(it)) => {
                    let error = it.refusal.map(|refusal| refusal.error_id);
                    it.completion.map(|it| (it, error))
                }
                Some(Event::PartyAdded(_) | Event::HostingChanged(_)) | None => None,
            };
            if let Some((completion, refused)) = completion {
                completed.push(self.complete(&completion, refused)?);
            }
        }
        self.looked_at.insert(participant, log.len());
        Ok(completed)
    }

    fn complete(
        &mut self,
        completion: &wire::Completion,
        refused: Option<String>,
    ) -> Result<Completed, Violation> {
        let submission = SubmissionId::parse(&completion.submission_id).unwrap();
        if !self.completed.insert(submission.clone()) {
            return Err(format!("submission {submission} has two completions"));
        }
        Ok(Completed {
            submission,
            refused,
        })
    }

    fn transaction(
        &mut self,
        participant: usize,
        record_time: i64,
        transaction: &wire::Transaction,
        disk: &Disk,
        hosted: &BTreeSet<Party>,
    ) -> Result<(), Violation> {
        let (wish, update) = (&transaction.workflow_id, &transaction.update_id);
        let first = self.effective.entry(wish.clone());
        let first = first.or_insert_with(|| update.clone());
        if first != update {
            return Err(format!("the change {wish} took effect twice"));
        }
        self.accepted.insert(wish.clone());
        for event in &transaction.events {
            if let Some(Kind::Exercised(it)) = &event.kind
                && it.consuming
            {
                let by = self.consumed.entry(it.contract_id.clone());
                let by = by.or_insert_with(|| update.clone());
                if by != update {
                    let id = ContractId::from_bytes(&it.contract_id).unwrap();
                    return Err(format!("contract {id} was consumed twice"));
                }
            }
        }
        // the issuer sees all of it
        if self.bank.as_ref().is_some_and(|bank| hosted.contains(bank)) {
            check_sum(transaction, disk)?;
        }
        for party in hosted {
            let Some(contents) = shown(transaction, party) else {
                continue;
            };
            let shown = Update {
                record_time,
                update_id: update.clone(),
                contents,
            };
            self.show(party, participant, shown)?;
        }
        Ok(())
    }

    /// All hosts of a party show it the same, in the same order.
    fn show(&mut self, party: &Party, host: usize, update: Update) -> Result<(), Violation> {
        let hosts = self.streams.entry(party.clone()).or_default();
        let stream = hosts.entry(host).or_default();
        if stream
            .last()
            .is_some_and(|last| last.record_time >= update.record_time)
        {
            return Err(format!(
                "the record times of {party} go back at participant {host}"
            ));
        }
        let index = stream.len();
        stream.push(update.clone());
        for (other, stream) in hosts.iter() {
            if stream.get(index).is_some_and(|it| *it != update) {
                return Err(format!(
                    "{party} is shown different updates at place {index} by participants {host} \
                     and {other}"
                ));
            }
        }
        Ok(())
    }

    /// At the end: all hosts of a party have shown it all, each change that took effect has its
    /// completion, and what was told is what was written.
    pub(crate) fn finish(
        &self,
        disks: &[&Disk],
        hosted: &[&BTreeSet<Party>],
    ) -> Result<(), Violation> {
        for (party, hosts) in &self.streams {
            let still = hosts
                .iter()
                .filter(|(index, _)| hosted[**index].contains(party));
            let lengths: BTreeSet<usize> = still.map(|(_, it)| it.len()).collect();
            if lengths.len() > 1 {
                return Err(format!(
                    "the hosts of {party} have shown it {lengths:?} updates"
                ));
            }
        }
        if let Some(wish) = self.accepted.difference(&self.confirmed).next() {
            return Err(format!("{wish} took effect, and no completion says so"));
        }
        for (participant, told) in &self.told {
            let log = disks[*participant].log();
            for (index, told) in told {
                if log.get(*index).map(hash) != Some(*told) {
                    return Err(format!(
                        "participant {participant} told of an entry that is not at offset {}",
                        index + 1
                    ));
                }
            }
        }
        Ok(())
    }
}

fn hash(entry: &Bytes) -> Hash {
    Hash::of(Purpose::Transaction, entry)
}

/// What a party sees of a transaction; none if nothing. Node ids and positions of names are each
/// participant's own.
fn shown(transaction: &wire::Transaction, party: &Party) -> Option<Hash> {
    let position = transaction
        .parties
        .iter()
        .position(|it| it == party.as_str())?;
    let position = u32::try_from(position).unwrap();
    let mut text = String::new();
    for event in &transaction.events {
        if !event.witnesses.contains(&position) {
            continue;
        }
        let name = |index: u32| &transaction.identifiers[index as usize];
        text += &match event.kind.as_ref().unwrap() {
            Kind::Created(it) => format!("+{:?}{}", it.contract_id, name(it.template)),
            Kind::Exercised(it) => format!(
                "-{:?}{}{}{:?}{:?}{}",
                it.contract_id,
                name(it.template),
                it.choice,
                it.argument,
                it.result,
                it.consuming
            ),
        };
    }
    (!text.is_empty()).then(|| Hash::of(Purpose::Transaction, text.as_bytes()))
}

/// Where all of a transaction is visible, nothing appears or disappears but by issuance.
fn check_sum(transaction: &wire::Transaction, disk: &Disk) -> Result<(), Violation> {
    let amount = |id: &Bytes| {
        let contract = disk.contract(&ContractId::from_bytes(id).unwrap());
        contract.map(|it| Contract::read(it).amount())
    };
    let (mut before, mut after, mut issued) = (0, 0, 0);
    for event in &transaction.events {
        match event.kind.as_ref().unwrap() {
            Kind::Created(it) => {
                let template = &transaction.identifiers[it.template as usize];
                let amount = amount(&it.contract_id).ok_or("a created contract is missing")?;
                if template.ends_with("Issuance") {
                    issued += amount;
                }
                after += amount;
            }
            Kind::Exercised(it) if it.consuming => match amount(&it.contract_id) {
                Some(amount) => before += amount,
                None => return Err("a consumed contract is missing".to_owned()),
            },
            Kind::Exercised(_) => {}
        }
    }
    if before + issued == after {
        return Ok(());
    }
    Err(format!("a transaction makes {after} of {before}"))
}

//! Whatever is pruned when, contracts that live can be read: against a model.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message as _;

use super::plan::{Plan, plan};
use crate::model::Offset;
use crate::participant::indexer::{Action, Body, Entry, decode, samples};
use crate::wire::ledger as wire;

/// What happens in a transaction.
#[derive(Debug, Clone)]
enum Deed {
    /// A contract is created; somebody here has a stake in it.
    Create,
    /// A contract is created of which somebody here is only told.
    Witness,
    /// A contract is created and archived at once.
    Transient,
    /// Some contract is archived, by its number among those that live.
    Archive(prop::sample::Index),
    /// Some contract is used.
    Use(prop::sample::Index),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::Create),
        1 => Just(Deed::Witness),
        1 => Just(Deed::Transient),
        2 => any::<prop::sample::Index>().prop_map(Deed::Archive),
        1 => any::<prop::sample::Index>().prop_map(Deed::Use),
    ]
}

/// The tables of sync, and what ought to be in them.
#[derive(Default)]
struct World {
    log: BTreeMap<i64, Bytes>,
    kept: BTreeMap<Bytes, i64>,
    payloads: BTreeSet<Bytes>,
    /// Where contracts with a stakeholder began and ended.
    lives: BTreeMap<Bytes, (i64, Option<i64>)>,
    witnessed: BTreeMap<Bytes, i64>,
    next: u8,
}

impl World {
    fn new_contract(&mut self) -> u8 {
        self.next += 1;
        self.next
    }

    fn transact(&mut self, deeds: &[Deed]) {
        let offset = self.log.keys().next_back().map_or(1, |last| last + 1);
        let mut events = Vec::new();
        for deed in deeds {
            self.act(deed, offset, &mut events);
        }
        let entry = samples::transaction_event(offset, events);
        self.log.insert(offset, entry.encode_to_vec().into());
    }

    fn act(&mut self, deed: &Deed, offset: i64, events: &mut Vec<wire::Event>) {
        let node = i32::try_from(events.len()).unwrap();
        match deed {
            Deed::Create | Deed::Transient => {
                let number = self.new_contract();
                let created = samples::created(node, number, 1, &[0, 2], &[2]);
                self.payloads.insert(id(number));
                if matches!(deed, Deed::Transient) {
                    events.push(samples::transient(created));
                    let ended = samples::exercised(node + 1, number, true, &[2], &[2]);
                    events.push(samples::transient(ended));
                    self.lives.insert(id(number), (offset, Some(offset)));
                } else {
                    events.push(created);
                    self.lives.insert(id(number), (offset, None));
                }
            }
            Deed::Witness => {
                let number = self.new_contract();
                events.push(samples::created(node, number, 0, &[1], &[]));
                self.payloads.insert(id(number));
                self.witnessed.insert(id(number), offset);
            }
            Deed::Archive(which) | Deed::Use(which) => {
                // a contract of this very transaction would be a transient one
                let living = self.lives.iter();
                let living: Vec<Bytes> = living
                    .filter(|(_, (began, ended))| ended.is_none() && *began < offset)
                    .map(|(id, _)| id.clone())
                    .collect();
                if living.is_empty() {
                    return;
                }
                let which = which.get(&living).clone();
                let archives = matches!(deed, Deed::Archive(_));
                let number = which[which.len() - 1];
                events.push(samples::exercised(node, number, archives, &[0], &[2]));
                if archives {
                    self.lives.get_mut(&which).unwrap().1 = Some(offset);
                }
            }
        }
    }

    /// Does what the statements do.
    fn apply(&mut self, plan: Plan) {
        for offset in plan.gone {
            self.log.remove(&offset.get());
        }
        for (offset, entry) in plan.shortened {
            self.log.insert(offset.get(), entry.into());
        }
        for (contract, offset) in plan.kept {
            self.kept.insert(contract, offset.get());
        }
        for contract in plan.ended {
            self.payloads.remove(&contract);
            if let Some(offset) = self.kept.remove(&contract)
                && !self.kept.values().any(|kept| *kept == offset)
            {
                self.log.remove(&offset);
            }
        }
        for contract in plan.witnessed {
            self.payloads.remove(&contract);
        }
    }

    fn prune(&mut self, from: i64, to: i64, step: usize) {
        let mut done = from;
        while done < to {
            let entries = self.log.range(done + 1..=to).take(step);
            let entries: Vec<(Offset, Bytes)> = entries
                .map(|(offset, entry)| (Offset::new(*offset).unwrap(), entry.clone()))
                .collect();
            done = entries.last().unwrap().0.get();
            self.apply(plan(&entries).unwrap());
        }
    }

    fn entry(&self, offset: i64) -> Option<Entry> {
        let bytes = self.log.get(&offset)?;
        Some(decode(Offset::new(offset).unwrap(), bytes).unwrap())
    }

    /// Whoever lives is told, and nothing else of what is pruned is there.
    fn check(&self, pruned: i64, before: &BTreeMap<i64, Bytes>) {
        let mut told: BTreeMap<i64, BTreeSet<Bytes>> = BTreeMap::new();
        for (contract, (began, ended)) in &self.lives {
            let lives = ended.is_none_or(|ended| ended > pruned);
            assert_eq!(self.payloads.contains(contract), lives);
            if lives && *began <= pruned {
                told.entry(*began).or_default().insert(contract.clone());
            }
        }
        for (contract, offset) in &self.witnessed {
            assert_eq!(self.payloads.contains(contract), *offset > pruned);
        }
        let kept: BTreeSet<i64> = told.keys().copied().collect();
        let there: BTreeSet<i64> = self
            .log
            .range(..=pruned)
            .map(|(offset, _)| *offset)
            .collect();
        assert_eq!(there, kept);
        for (offset, contracts) in told {
            assert_eq!(self.events(offset, before), contracts);
        }
        for (offset, bytes) in before.range(pruned + 1..) {
            assert_eq!(self.log.get(offset), Some(bytes));
        }
    }

    /// The contracts whose creation an entry tells, as it told it before. What lived when the entry was
    /// cut stays in it, so some may have ended since.
    fn events(&self, offset: i64, before: &BTreeMap<i64, Bytes>) -> BTreeSet<Bytes> {
        let entry = self.entry(offset).unwrap();
        let whole = decode(Offset::new(offset).unwrap(), &before[&offset]).unwrap();
        let (Body::Transaction(cut), Body::Transaction(whole)) = (&entry.body, &whole.body) else {
            panic!("no transactions");
        };
        assert_eq!(cut.completion, None);
        let mut told = BTreeSet::new();
        for event in &cut.events {
            assert_eq!(event.action, Action::Created);
            assert!(whole.events.contains(event));
            let id = Bytes::copy_from_slice(event.contract_id.as_bytes());
            if self.kept.get(&id) == Some(&offset) {
                told.insert(id);
            }
        }
        told
    }
}

fn id(number: u8) -> Bytes {
    Bytes::copy_from_slice(samples::contract_id(number).as_bytes())
}

proptest! {
    #[test]
    fn contracts_that_live_can_be_read_whatever_is_pruned(
        transactions in prop::collection::vec(prop::collection::vec(deed(), 1..5), 1..40),
        prunes in prop::collection::vec((1_usize..40, 1_usize..6), 1..6),
    ) {
        let mut world = World::default();
        for deeds in &transactions {
            world.transact(deeds);
        }
        let before = world.log.clone();
        let mut pruned = 0;
        for (to, step) in prunes {
            let to = i64::try_from(to.min(transactions.len())).unwrap();
            if to > pruned {
                world.prune(pruned, to, step);
                pruned = to;
                world.check(pruned, &before);
            }
        }
    }
}

#[test]
fn an_entry_that_cannot_be_read_is_not_deleted() {
    let garbage = vec![(Offset::new(1).unwrap(), Bytes::from_static(&[0xff]))];
    assert!(plan(&garbage).is_err());
}

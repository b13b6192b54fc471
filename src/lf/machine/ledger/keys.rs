//! Contracts by their keys.

use std::sync::Arc;

use super::look_up::{LookedUp, check_template, template_ref};
use super::state::{LedgerState, Source, parties};
use crate::lf::compile::{Ledger, Program, Slot, TemplateRef};
use crate::lf::error::Error;
use crate::lf::machine::cursor::Cursor;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::parts::Parts;
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::{
    ContractInfo, ContractInstance, GlobalKey, Key, KeyMatches, KeyQuestion,
};
use crate::lf::value::{contract_ids, key_hash};
use crate::model::ContractId;

/// Most contracts that one query finds, however many it asks for, as in Canton.
const QUERY_MAX: i64 = 1_000_000;

/// A query whose contracts are known but not all looked up.
pub(super) struct Querying {
    key: GlobalKey,
    found: KeyMatches,
    /// The first of them, as the program sees them.
    contracts: Vec<Val>,
}

impl Machine {
    /// An instruction that looks for contracts by key, or fetches what was found.
    pub(super) fn key_action<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        place: usize,
        (op, index): (Ledger, u32),
    ) -> Result<Cursor<'p>, Fault> {
        let template = template_ref(&at, index)?;
        match op {
            Ledger::FetchByKey => {
                let id = self.contract_id(place)?;
                let source = self.keyed(program, &id, template)?;
                match self.look_up(program, at, (&id, &source), template, place)? {
                    LookedUp::Asking(at) => Ok(at),
                    LookedUp::Ready(val) => {
                        self.add_fetch(&id, template, None, true)?;
                        self.write(&at, to, val);
                        Ok(at)
                    }
                }
            }
            Ledger::QueryByKey => self.query_by_key(program, at, to, place, template),
            _ => {
                self.meter.step()?;
                let key = self.key_at(program, template, place)?;
                let found = self.find(&key, 1)?.contracts.pop();
                let id = found.ok_or_else(|| Error::ContractKeyNotFound(Box::new(key)))?;
                self.write(&at, to, Val::ContractId(id));
                Ok(at)
            }
        }
    }

    /// The key and its maintainers that an instruction is given.
    fn key_at(
        &mut self,
        program: &Program,
        template: TemplateRef,
        place: usize,
    ) -> Result<GlobalKey, Fault> {
        let operands = self.stack.get(place).zip(self.stack.get(place + 1));
        let (key, maintainers) = operands.ok_or_else(|| Fault::ill_typed("a key"))?;
        let (key, maintainers) = (key.clone(), maintainers.clone());
        let key = self.contract_key(program, template, &key, &maintainers)?;
        if key.key.maintainers.is_empty() {
            return Err(Error::KeyWithoutMaintainers(Box::new(key)).into());
        }
        Ok(key)
    }

    /// A key and its maintainers as a program has them.
    pub(super) fn contract_key(
        &mut self,
        program: &Program,
        template: TemplateRef,
        key: &Val,
        maintainers: &Val,
    ) -> Result<GlobalKey, Fault> {
        let package = program.packages.get(usize::from(template.package));
        let found = program.template(template).zip(package);
        let (found, package) = found.ok_or_else(|| Fault::ill_typed("an unknown template"))?;
        let typ = program.signatures.template_key(&found.id);
        let typ = typ.map_err(Error::Lookup)?;
        let value = self.export(program, key)?;
        self.meter.work(maintainers.elements().count());
        if let Some(id) = contract_ids(&value).next() {
            return Err(Error::ContractIdInKey(id.clone()).into());
        }
        let hash = key_hash(&program.signatures, &package.name, &found.id, typ, &value);
        Ok(GlobalKey {
            template: found.id.clone(),
            package_name: package.name.clone(),
            key: Key {
                value,
                hash: hash.ok_or_else(|| Fault::ill_typed("a key"))?,
                maintainers: parties(maintainers)?,
            },
        })
    }

    /// The active contracts with a key, or a question for the ledger.
    fn find(&mut self, key: &GlobalKey, wanted: usize) -> Result<KeyMatches, Fault> {
        let found = self.ledger.transaction.find_by_key(key, wanted);
        let found = found.map_err(Fault::NeedKey)?;
        self.meter.work(found.seen);
        Ok(found)
    }

    fn query_by_key<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        place: usize,
        template: TemplateRef,
    ) -> Result<Cursor<'p>, Fault> {
        // each contract is a step: one more in front, and slices of a single step lead nowhere
        let mut querying = if let Some(querying) = self.ledger.querying.take() {
            querying
        } else {
            self.meter.step()?;
            self.begin_query(program, place, template)?
        };
        while let Some(id) = querying.found.contracts.get(querying.contracts.len()) {
            let source = self.keyed(program, id, template);
            let looked_up =
                source.and_then(|it| self.look_up(program, at, (id, &it), template, place + 2));
            match looked_up {
                Ok(LookedUp::Ready(val)) => querying.contracts.push(val),
                Ok(LookedUp::Asking(asking)) => {
                    self.ledger.querying = Some(querying);
                    return Ok(asking);
                }
                Err(fault) => {
                    self.ledger.querying = Some(querying);
                    return Err(fault);
                }
            }
        }
        let ids = querying.found.contracts.iter().cloned();
        let pairs = ids.map(Val::ContractId).zip(querying.contracts);
        let pairs: Vec<Val> = pairs
            .map(|(id, contract)| Val::Record(Parts::two(id, contract)))
            .collect();
        self.meter.allocate_parts(4 * pairs.len());
        self.charge_node(querying.key.key.maintainers.len() + pairs.len())?;
        let transaction = &mut self.ledger.transaction;
        transaction.query_by_key(querying.key, querying.found)?;
        self.write(&at, to, Val::Some(Parts::one(Val::list(pairs.into_iter()))));
        Ok(at)
    }

    /// An active contract of a template, as it was created.
    fn keyed(
        &self,
        program: &Program,
        id: &ContractId,
        template: TemplateRef,
    ) -> Result<Source, Fault> {
        let source = self.active(id)?;
        check_template(program, id, &source, template)?;
        Ok(source)
    }

    fn begin_query(
        &mut self,
        program: &Program,
        place: usize,
        template: TemplateRef,
    ) -> Result<Querying, Fault> {
        let Some(Val::Int64(limit)) = self.stack.get(place + 2) else {
            return Err(Fault::ill_typed("the limit of a query"));
        };
        let wanted = usize::try_from(*limit.min(&QUERY_MAX));
        let wanted = wanted.ok().filter(|wanted| *wanted > 0);
        let wanted = wanted.ok_or(Error::QueryLimit(*limit))?;
        let key = self.key_at(program, template, place)?;
        self.ledger.transaction.authorize_query(&key)?;
        Ok(Querying {
            found: self.find(&key, wanted)?,
            key,
            contracts: Vec::new(),
        })
    }
}

impl LedgerState {
    /// Takes in the ledger's answer to a question.
    pub(super) fn add_keyed(
        &mut self,
        question: &KeyQuestion,
        contracts: Vec<(ContractId, Arc<ContractInstance>)>,
    ) -> Result<(), Error> {
        let complete = contracts.len() < question.wanted;
        let mut told = Vec::with_capacity(contracts.len());
        for (id, instance) in contracts {
            if self.local.contains_key(&id) {
                return Err(Error::DuplicateContractId(id));
            }
            let key = instance.key.as_ref();
            if key.is_none_or(|key| key.hash != question.key.key.hash) {
                return Err(Error::InconsistentContractKey(Box::new(
                    question.key.clone(),
                )));
            }
            if !self.inputs.contains_key(&id) {
                self.add_input(&id, instance)?;
            }
            told.push(id);
        }
        self.transaction.tell_key(&question.key, told, complete)
    }
}

/// A contract with a key needs somebody who guarantees for it.
pub(super) fn check_maintainers(info: &ContractInfo) -> Result<(), Error> {
    match &info.key {
        Some(key) if key.maintainers.is_empty() => Err(Error::CreateWithoutMaintainers {
            template: info.template.clone(),
            argument: Box::new(info.argument.clone()),
            key: Box::new(key.value.clone()),
        }),
        _ => Ok(()),
    }
}

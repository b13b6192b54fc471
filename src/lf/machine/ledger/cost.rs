//! What the ledger costs: values leave the machine as trees without shared parts, nodes stay until the
//! transaction is there, and so do the contracts that it uses. All is charged before it is made.

use std::sync::Arc;

use crate::lf::compile::Program;
use crate::lf::error::{Error, Limit};
use crate::lf::machine::export::build;
use crate::lf::machine::fault::Fault;
use crate::lf::machine::measure::{Bounds, measure};
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::transaction::{ContractInfo, ContractInstance, Key, KeyQuestion};
use crate::lf::value::{PART_BYTES, Value};
use crate::model::ContractId;

/// Bytes of a node with its seed, without its values.
pub(in crate::lf::machine) const NODE_BYTES: usize = 1024;
/// Bytes of a party in a set.
const PARTY_BYTES: usize = 64;
/// Bytes of an encoding that are worth one step.
const BYTES_PER_STEP: usize = 64;
/// Bytes of memory that a value takes when it is looked at by code, for each that it takes outside of
/// the machine, at most: a list cell instead of a part in a row.
const IMPORT_FACTOR: usize = 2;

impl Machine {
    /// A value for the transaction, which must have room for it.
    pub(in crate::lf::machine) fn export(
        &mut self,
        program: &Program,
        val: &Val,
    ) -> Result<Value, Fault> {
        let left = self.ledger.transaction.bytes_left();
        let max = self.limits.value;
        let bound = if left < max {
            (left, Limit::Transaction(self.limits.transaction))
        } else {
            (max, Limit::Value(max))
        };
        let bytes = self.charge_value(program, val, bound)?;
        self.keep(bytes);
        Ok(build(program, val)?)
    }

    /// A value that goes to another version of its type.
    pub(in crate::lf::machine) fn convert(
        &mut self,
        program: &Program,
        val: &Val,
    ) -> Result<Value, Fault> {
        self.charge_view(program, val)?;
        let value = build(program, val)?;
        self.charge_import(&value)?;
        Ok(value)
    }

    /// Pays for a value that could be on the ledger, and is not put there. Fails if it could not.
    pub(in crate::lf::machine) fn charge_view(
        &mut self,
        program: &Program,
        val: &Val,
    ) -> Result<(), Fault> {
        let max = self.limits.value;
        self.charge_value(program, val, (max, Limit::Value(max)))?;
        Ok(())
    }

    fn charge_value(
        &mut self,
        program: &Program,
        val: &Val,
        encoded: (u64, Limit),
    ) -> Result<usize, Fault> {
        let max = self.meter.allocated_max;
        let left = max.saturating_sub(self.meter.allocated);
        let bounds = Bounds {
            encoded,
            memory: (left, Limit::Memory(max)),
        };
        let (measured, checked) = measure(program, val, bounds);
        self.meter
            .work(measured.parts + measured.encoded / BYTES_PER_STEP);
        checked?;
        self.meter.allocate(measured.memory)?;
        Ok(measured.memory)
    }

    /// Pays for a value of the ledger that code is to look at.
    pub(in crate::lf::machine) fn charge_import(&mut self, value: &Value) -> Result<(), Fault> {
        let bytes = value.memory_bytes();
        self.meter.work(bytes / PART_BYTES);
        self.meter.allocate(bytes.saturating_mul(IMPORT_FACTOR))
    }

    /// Pays for a node that names so many parties.
    pub(super) fn charge_node(&mut self, parties: usize) -> Result<(), Fault> {
        self.meter.work(parties);
        let bytes = NODE_BYTES.saturating_add(parties.saturating_mul(PARTY_BYTES));
        self.charge_kept(bytes)
    }

    /// Pays for a node about a contract that names so many other parties.
    pub(super) fn charge_use(&mut self, info: &ContractInfo, others: usize) -> Result<(), Fault> {
        let own = info.signatories.len() + info.stakeholders.len();
        // each is in the node and in what holds below it
        self.charge_node(2 * (own + others))?;
        self.charge_key(info.key.as_ref())
    }

    /// Pays for a copy of what a template has told about a contract.
    pub(super) fn charge_copy(&mut self, info: &ContractInfo) -> Result<(), Fault> {
        self.charge_node(info.signatories.len() + info.stakeholders.len())?;
        self.charge_kept(info.argument.memory_bytes())?;
        self.charge_key(info.key.as_ref())
    }

    fn charge_key(&mut self, key: Option<&Key>) -> Result<(), Fault> {
        let Some(key) = key else { return Ok(()) };
        let bytes = key.value.memory_bytes();
        self.meter.work(bytes / PART_BYTES);
        self.charge_kept(bytes + key.maintainers.len() * PARTY_BYTES)
    }

    /// Pays for memory that stays until the end.
    fn charge_kept(&mut self, bytes: usize) -> Result<(), Fault> {
        self.keep(bytes);
        self.meter.allocate(bytes)
    }

    /// Pays for a contract of which its template has told signatories and observers.
    pub(super) fn charge_told(&mut self, told: &Val) -> Result<(), Fault> {
        let parties = match told {
            Val::Record(parts) => parts.iter().map(|part| part.elements().count()).sum(),
            _ => 0,
        };
        self.charge_node(parties)
    }

    /// Takes in a contract of the ledger, if it is the one that its id names and there is room for it.
    pub(crate) fn add_input(
        &mut self,
        id: &ContractId,
        instance: Arc<ContractInstance>,
    ) -> Result<(), Error> {
        self.charge_input(&instance)?;
        self.ledger.add_input(id, instance)
    }

    /// Takes in the ledger's answer to a question: at most as many contracts as were wanted.
    pub(crate) fn add_keyed(
        &mut self,
        question: &KeyQuestion,
        mut contracts: Vec<(ContractId, Arc<ContractInstance>)>,
    ) -> Result<(), Error> {
        contracts.truncate(question.wanted);
        for (_, instance) in &contracts {
            self.charge_input(instance)?;
        }
        self.ledger.add_keyed(question, contracts)
    }

    fn charge_input(&mut self, instance: &ContractInstance) -> Result<(), Error> {
        let parties = instance.signatories.len() + instance.stakeholders.len();
        let memory = instance.argument.memory_bytes() + parties * PARTY_BYTES;
        let max = self.meter.allocated_max;
        let charged = self.charge_kept(memory);
        charged.map_err(|_| Error::Limit(Limit::Memory(max)))
    }
}

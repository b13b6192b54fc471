//! What the ledger costs: values leave the machine as trees without shared parts, and nodes stay until
//! the transaction is there. Both are charged before they are made.

use crate::lf::compile::Program;
use crate::lf::error::{Error, Limit};
use crate::lf::machine::export::{PART_BYTES, export_within};
use crate::lf::machine::fault::Fault;
use crate::lf::machine::state::Machine;
use crate::lf::machine::val::Val;
use crate::lf::value::Value;

/// Bytes of a node with its seed, without its values.
const NODE_BYTES: usize = 1024;
/// Bytes of a party in a set.
const PARTY_BYTES: usize = 64;

impl Machine {
    /// A value for the ledger.
    pub(in crate::lf::machine) fn export(
        &mut self,
        program: &Program,
        val: &Val,
    ) -> Result<Value, Fault> {
        let max = self.meter.allocated_max;
        let bytes = max.saturating_sub(self.meter.allocated);
        let parts_max = usize::try_from(bytes).unwrap_or(usize::MAX) / PART_BYTES;
        let mut left = parts_max;
        let exported = export_within(program, val, &mut left);
        let parts = parts_max - left;
        self.meter.work(parts);
        self.meter.allocated += (parts * PART_BYTES) as u64;
        exported.map_err(|error| match error {
            Error::Limit(_) => Error::Limit(Limit::Memory(max)).into(),
            other => other.into(),
        })
    }

    /// Pays for a node that names so many parties.
    pub(super) fn charge_node(&mut self, parties: usize) -> Result<(), Fault> {
        self.meter.work(parties);
        let bytes = NODE_BYTES.saturating_add(parties.saturating_mul(PARTY_BYTES));
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
}

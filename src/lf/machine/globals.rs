//! Top-level values: evaluated when first needed, kept for all interpretations.
//!
//! A value is the same whoever evaluates it, and what its evaluation takes is not charged to who
//! happens to be the first: it has a budget of its own. So it does not matter what was evaluated
//! before. Large values are kept, and charged, by the interpretation that needs them, not for all.

use super::census::held;
use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::state::Machine;
use super::val::Val;
use crate::lf::compile::{FunctionId, Global, Program, Slot};
use crate::lf::error::{Error, Limit};

/// Definitions that may need each other's values in a chain. One that needs itself never ends.
const NESTING_MAX: usize = 10_000;

fn global(program: &Program, package: u16, index: u32) -> Option<&Global> {
    let package = program.packages.get(usize::from(package))?;
    package.globals.get(index as usize)
}

impl Machine {
    /// Loads a top-level value, or evaluates it first, with its frame at `first`.
    pub(super) fn load_global<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        first: Slot,
        (package, index): (u16, u32),
    ) -> Result<Cursor<'p>, Fault> {
        let global = global(program, package, index);
        let global = global.ok_or_else(|| Fault::ill_typed("an unknown value"))?;
        if let Some(known) = global.value.get() {
            self.write(&at, to, known.clone());
            return Ok(at);
        }
        if let Some(known) = self.globals.get(&(package, index)) {
            let known = known.clone();
            self.write(&at, to, known);
            return Ok(at);
        }
        if self.budgets.len() >= NESTING_MAX {
            return Err(Error::Limit(Limit::Stack(self.limits.stack)).into());
        }
        self.push_return(&at, to)?;
        self.push(Frame::Global { package, index })?;
        // those that need each other share one budget of memory, so that the bound holds for all
        let is_first = self.budgets.is_empty();
        self.budgets.push(self.meter.clone());
        self.meter.reserve = self.meter.steps_max;
        if is_first {
            self.meter.allocated = 0;
            self.meter.recount_at = self.meter.allocated_max / 2;
        }
        let function = FunctionId::new(package, global.function);
        self.call_with(program, function, at.base + usize::from(first), [])
    }

    /// Keeps the value of a definition that has been evaluated.
    pub(super) fn keep_global(&mut self, program: &Program, package: u16, index: u32, val: &Val) {
        self.restore_budget();
        let Some(compiled) = program.packages.get(usize::from(package)) else {
            return;
        };
        let value = std::iter::once(val);
        if let Some(bytes) = held(value.clone(), compiled.room_for_globals()) {
            compiled.keep_global(index, val.clone(), bytes);
        } else {
            let max = self.meter.allocated_max;
            let bytes = held(value, max).unwrap_or(max);
            self.meter.allocated = self.meter.allocated.saturating_add(bytes);
            self.globals.insert((package, index), val.clone());
        }
    }

    /// Goes on with the budget that was there before the innermost evaluation of a definition.
    pub(super) fn restore_budget(&mut self) {
        if let Some(meter) = self.budgets.pop() {
            // time passes all the same
            let fuel = self.meter.fuel.min(meter.fuel);
            let spent = u64::from(meter.fuel - fuel);
            self.meter = meter;
            self.meter.fuel = fuel;
            self.meter.reserve = self.meter.reserve.saturating_add(spent);
        }
    }
}

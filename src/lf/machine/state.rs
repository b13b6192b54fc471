//! The machine as a value: everything that a running program is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustc_hash::FxHashMap;

use super::cursor::{Cursor, Position};
use super::fault::{Fault, Meter};
use super::frame::Frame;
use super::ledger::LedgerState;
use super::run::{Outcome, stopped};
use super::trace::Trace;
use super::val::Val;
use crate::lf::builtins::Context;
use crate::lf::compile::{FunctionId, NOWHERE, Program, Slot, Source};
use crate::lf::error::{Error, Limit};

/// Bounds on what a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Steps until the machine pauses.
    pub(crate) slice: u32,
    /// Steps of the whole interpretation.
    pub(crate) steps: u64,
    /// Bytes of memory that the interpretation may hold.
    pub(crate) memory: u64,
    /// Bytes of the machine's stacks.
    pub(crate) stack: u64,
    /// Bytes of the encoding of a value that leaves the machine.
    pub(crate) value: u64,
    /// Bytes of the encoding of a transaction with the contracts that it uses.
    pub(crate) transaction: u64,
}

/// A program that is being run.
pub(crate) struct Machine {
    pub(super) program: Arc<Program>,
    pub(super) stack: Vec<Val>,
    pub(super) frames: Vec<Frame>,
    pub(super) position: Position,
    pub(super) meter: Meter,
    /// What was left when the evaluation of a top-level value began: such an evaluation has a budget
    /// of its own, so that it does not matter whether it was done before.
    pub(super) budgets: Vec<Meter>,
    pub(super) traces: Vec<Arc<str>>,
    /// Top-level values that are too large to be kept for all.
    pub(super) globals: FxHashMap<(u16, u32), Val>,
    /// Bytes of what stays until the end: nodes, and the contracts of the ledger that were used.
    pub(super) kept: u64,
    pub(super) ledger: LedgerState,
    /// Whether contract ids mean nothing to the code, as on the ledger.
    hides_contract_ids: bool,
    pub(super) limits: Limits,
    /// Whether an exception that nothing catches is the outcome, instead of the failure that it means
    /// for a command.
    pub(super) yields_exceptions: bool,
    /// What was under way when it failed.
    pub(super) trace: Trace,
    cancelled: Arc<AtomicBool>,
}

/// What is in slots that do not exist: nothing reads them in code that the compiler wrote.
static NOTHING: Val = Val::Unit;

impl Machine {
    /// A machine that calls or runs a function with arguments.
    pub(crate) fn new(
        program: Arc<Program>,
        mut ledger: LedgerState,
        limits: Limits,
        cancelled: Arc<AtomicBool>,
    ) -> Self {
        ledger.transaction.bound(limits.transaction);
        let meter = Meter {
            fuel: 0,
            reserve: limits.steps,
            steps_max: limits.steps,
            allocated: 0,
            allocated_max: limits.memory,
            recount_at: limits.memory / 2,
            cancelled: cancelled.clone(),
        };
        let nowhere = Position {
            package: 0,
            pc: NOWHERE,
            base: 0,
        };
        Self {
            program,
            stack: Vec::new(),
            frames: Vec::new(),
            position: nowhere,
            meter,
            budgets: Vec::new(),
            traces: Vec::new(),
            globals: FxHashMap::default(),
            kept: 0,
            ledger,
            hides_contract_ids: true,
            limits,
            yields_exceptions: false,
            trace: Trace::default(),
            cancelled,
        }
    }

    /// Prepares a call; `run` runs it to the end.
    pub(crate) fn start(&mut self, function: FunctionId, args: Vec<Val>, run: bool) {
        self.stack.clear();
        self.frames.clear();
        self.stack.extend(args);
        let entry = self.program.function(function).map_or(NOWHERE, |code| {
            self.stack
                .resize(usize::from(code.slots).max(self.stack.len()), Val::Unit);
            if run { code.run_entry } else { code.entry }
        });
        self.position = Position {
            package: function.package(),
            pc: entry,
            base: 0,
        };
    }

    /// Prepares an application of a value; `run` runs it to the end.
    pub(crate) fn start_apply(&mut self, function: Val, args: Vec<Val>) -> Result<(), Outcome> {
        let program = self.program.clone();
        let count = u16::try_from(args.len()).unwrap_or(u16::MAX);
        self.frames.clear();
        self.stack = args;
        match self.apply(&program, function, 0, count, false) {
            Ok(cursor) => {
                self.position = cursor.position();
                Ok(())
            }
            Err(fault) => Err(stopped(fault)),
        }
    }

    /// Makes an exception that nothing catches an outcome of its own.
    pub(crate) fn yield_exceptions(&mut self) {
        self.yields_exceptions = true;
    }

    /// Prepares the failure that an exception means for a command.
    pub(crate) fn start_unhandled(&mut self, exception: &Val) -> Result<(), Outcome> {
        let program = self.program.clone();
        match self.unhandled(&program, exception) {
            Ok(cursor) => {
                self.position = cursor.position();
                Ok(())
            }
            Err(fault) => Err(stopped(fault)),
        }
    }

    /// Lets an exception undo what the call does instead of failing; to be called after `start`.
    pub(crate) fn guard(&mut self) -> Result<(), Error> {
        self.ledger.transaction.begin_try()?;
        self.frames.push(Frame::Guard);
        Ok(())
    }

    /// Says that what is run makes no transaction: ids of contracts can be read as texts.
    pub(crate) fn leave_ledger(&mut self) {
        self.hides_contract_ids = false;
    }

    /// The program with packages that were loaded since.
    pub(crate) fn set_program(&mut self, program: Arc<Program>) {
        self.program = program;
    }

    /// What `TRACE` was told.
    pub(crate) fn traces(&self) -> &[Arc<str>] {
        &self.traces
    }

    /// The state when the program has ended.
    pub(crate) fn into_ledger(self) -> LedgerState {
        self.ledger
    }

    /// Fuel for another slice.
    pub(super) fn refuel(&mut self) -> Result<(), Fault> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::Cancelled.into());
        }
        self.check_memory()?;
        self.meter.check_memory()?;
        let wanted = self.limits.slice.saturating_sub(self.meter.fuel);
        let more = u64::from(wanted).min(self.meter.reserve);
        self.meter.reserve -= more;
        self.meter.fuel += u32::try_from(more).unwrap_or(0);
        if self.meter.fuel == 0 {
            return Err(Error::Limit(Limit::Steps(self.meter.steps_max)).into());
        }
        Ok(())
    }

    /// Makes room on the stack up to a height.
    #[inline(always)]
    pub(super) fn reserve(&mut self, height: usize) -> Result<(), Fault> {
        if self.stack.len() < height {
            self.grow(height)?;
        }
        Ok(())
    }

    #[cold]
    fn grow(&mut self, height: usize) -> Result<(), Fault> {
        self.check_stack(height, self.frames.len())?;
        // in larger pieces, so that this is rare
        self.stack.resize(height + height / 4 + 64, Val::Unit);
        Ok(())
    }

    /// Adds a continuation.
    #[inline(always)]
    pub(super) fn push(&mut self, frame: Frame) -> Result<(), Fault> {
        if self.frames.len() == self.frames.capacity() {
            self.grow_frames()?;
        }
        self.frames.push(frame);
        Ok(())
    }

    #[cold]
    fn grow_frames(&mut self) -> Result<(), Fault> {
        self.check_stack(self.stack.len(), self.frames.len())?;
        self.frames.reserve(self.frames.len() / 2 + 64);
        Ok(())
    }

    fn check_stack(&self, values: usize, frames: usize) -> Result<(), Fault> {
        let used = values * size_of::<Val>() + frames * size_of::<Frame>();
        if used as u64 > self.limits.stack {
            return Err(Error::Limit(Limit::Stack(self.limits.stack)).into());
        }
        Ok(())
    }

    /// Looks at an operand.
    #[inline(always)]
    pub(super) fn peek<'a>(&'a self, at: &Cursor<'a>, from: Source) -> &'a Val {
        let found = match from.as_constant() {
            Some(index) => at.constants.get(index),
            None => self.stack.get(at.base + from.as_slot()),
        };
        found.unwrap_or(&NOTHING)
    }

    /// Takes an operand, or a copy if it is used again.
    #[inline(always)]
    pub(super) fn read(&mut self, at: &Cursor<'_>, from: Source) -> Val {
        if from.is_taken() {
            self.take(at.base + from.as_slot())
        } else {
            self.peek(at, from).clone()
        }
    }

    /// Takes a value off the stack.
    #[inline(always)]
    pub(super) fn take(&mut self, place: usize) -> Val {
        self.stack.get_mut(place).map_or(Val::Unit, std::mem::take)
    }

    /// Puts a value on the stack.
    #[inline(always)]
    pub(super) fn put(&mut self, place: usize, val: Val) {
        if let Some(slot) = self.stack.get_mut(place) {
            let old = std::mem::replace(slot, val);
            if old.is_plain() {
                // nothing to drop: not even the call that finds that out
                std::mem::forget(old);
            }
        }
    }

    /// Writes a result.
    #[inline(always)]
    pub(super) fn write(&mut self, at: &Cursor<'_>, to: Slot, val: Val) {
        self.put(at.base + usize::from(to), val);
    }

    /// What builtins need.
    pub(super) fn context<'a>(&'a mut self, program: &'a Program) -> Context<'a> {
        Context {
            meter: &mut self.meter,
            names: &program.names,
            traces: &mut self.traces,
            hides_contract_ids: self.hides_contract_ids,
        }
    }
}

impl Meter {
    /// A meter that never runs out, for tests of single builtins.
    #[cfg(test)]
    pub(crate) fn unlimited() -> Self {
        Self {
            fuel: u32::MAX,
            reserve: u64::MAX,
            steps_max: u64::MAX,
            allocated: 0,
            allocated_max: u64::MAX,
            recount_at: u64::MAX,
            cancelled: Arc::default(),
        }
    }
}

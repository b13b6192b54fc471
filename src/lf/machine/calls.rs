//! Calls, and what becomes of their results.

use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::parts::Parts;
use super::state::Machine;
use super::val::Val;
use crate::lf::compile::{FunctionId, NOWHERE, Pc, Program, Slot, Source};

impl Machine {
    /// Calls a function whose arguments are in place.
    #[inline(always)]
    pub(super) fn call<'p>(
        &mut self,
        program: &'p Program,
        at: &mut Cursor<'p>,
        (to, first): (Slot, Slot),
        function: FunctionId,
        run: bool,
    ) -> Result<(), Fault> {
        let Some(code) = program.function(function) else {
            return Err(Fault::ill_typed("an unknown function"));
        };
        let entry = if run { code.run_entry } else { code.entry };
        let base = at.base + usize::from(first);
        if entry == NOWHERE {
            let update = self.suspend(function, base, usize::from(code.arity), run)?;
            self.write(at, to, update);
            return Ok(());
        }
        self.meter.step()?;
        self.reserve(base + usize::from(code.slots))?;
        self.push_return(at, to)?;
        enter(program, at, function, entry, base)
    }

    /// Where the result of a call goes.
    #[inline(always)]
    pub(super) fn push_return(&mut self, at: &Cursor<'_>, to: Slot) -> Result<(), Fault> {
        self.push(Frame::Return {
            package: at.number,
            to,
            pc: at.next_pc(),
            base: at.base_number(),
        })
    }

    /// Calls a function in place of the current one.
    #[inline]
    pub(super) fn tail_call<'p>(
        &mut self,
        program: &'p Program,
        at: &mut Cursor<'p>,
        first: Slot,
        function: FunctionId,
        run: bool,
    ) -> Result<(), Fault> {
        let Some(code) = program.function(function) else {
            return Err(Fault::ill_typed("an unknown function"));
        };
        let entry = if run { code.run_entry } else { code.entry };
        let arity = usize::from(code.arity);
        let from = at.base + usize::from(first);
        if entry == NOWHERE {
            let update = self.suspend(function, from, arity, run)?;
            *at = self.give(program, update)?;
            return Ok(());
        }
        self.meter.step()?;
        let base = at.base;
        self.reserve(base + usize::from(code.slots))?;
        self.move_down(from, base, arity);
        enter(program, at, function, entry, base)
    }

    fn move_down(&mut self, from: usize, to: usize, count: usize) {
        if from == to {
            return;
        }
        for offset in 0..count {
            let val = self.take(from + offset);
            self.put(to + offset, val);
        }
    }

    /// A function that only runs, with all its arguments: an update that waits.
    fn suspend(
        &mut self,
        function: FunctionId,
        first: usize,
        arity: usize,
        run: bool,
    ) -> Result<Val, Fault> {
        if run {
            return Err(Fault::ill_typed("a value that is run"));
        }
        Ok(Val::Closure {
            function,
            args: self.take_row(first, arity),
        })
    }

    /// Takes values that follow each other.
    pub(super) fn take_row(&mut self, first: usize, count: usize) -> Parts {
        self.meter.allocate_parts(count);
        match self.stack.get_mut(first..first + count) {
            Some(row) => row.iter_mut().map(std::mem::take).collect(),
            None => Parts::none(),
        }
    }

    /// An application of any value, in place of the current function.
    pub(super) fn tail_apply<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        first: Slot,
        count: u16,
        function: Source,
        run: bool,
    ) -> Result<Cursor<'p>, Fault> {
        self.meter.step()?;
        let function = self.read(&at, function);
        let from = at.base + usize::from(first);
        self.move_down(from, at.base, usize::from(count));
        self.apply(program, function, at.base, count, run)
    }

    /// An application of any value.
    pub(super) fn apply_to<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        (first, count): (Slot, u16),
        function: Source,
        run: bool,
    ) -> Result<Cursor<'p>, Fault> {
        self.meter.step()?;
        let function = self.read(&at, function);
        self.push_return(&at, to)?;
        self.apply(program, function, at.base + usize::from(first), count, run)
    }

    /// Applies a value to `count` arguments from `first` on. The continuations are there already;
    /// nothing above `first` is needed but the arguments.
    pub(super) fn apply<'p>(
        &mut self,
        program: &'p Program,
        function: Val,
        first: usize,
        count: u16,
        run: bool,
    ) -> Result<Cursor<'p>, Fault> {
        let count = usize::from(count);
        if count == 0 && !run {
            return self.give(program, function);
        }
        let Val::Closure { function: id, args } = function else {
            return Err(Fault::ill_typed(
                "an application of something that is no function",
            ));
        };
        let Some(code) = program.function(id) else {
            return Err(Fault::ill_typed("an unknown function"));
        };
        let missing = usize::from(code.arity).saturating_sub(args.len());
        if count > missing {
            return self.apply_more(program, (id, args), first, (missing, count), run);
        }
        let only_runs = code.entry == NOWHERE;
        if count < missing || (only_runs && !run) {
            if run {
                return Err(Fault::ill_typed("a function that is run"));
            }
            let all = self.with_args(&args, first, count);
            let function = id;
            return self.give(
                program,
                Val::Closure {
                    function,
                    args: all,
                },
            );
        }
        let height = first + usize::from(code.slots).max(args.len() + count);
        self.reserve(height)?;
        self.unpack(args, first, count);
        let entry = if run && code.run_entry != NOWHERE {
            code.run_entry
        } else {
            if run {
                self.push(Frame::Run {
                    base: number(first),
                })?;
            }
            code.entry
        };
        Cursor::at(program, id.package(), entry, first)
    }

    /// Applies a function to the arguments that it has and the rest to its result.
    fn apply_more<'p>(
        &mut self,
        program: &'p Program,
        (id, args): (FunctionId, Parts),
        first: usize,
        (missing, count): (usize, usize),
        run: bool,
    ) -> Result<Cursor<'p>, Fault> {
        let rest = count - missing;
        self.push(Frame::Apply {
            first: number(first + missing),
            count: u16::try_from(rest).unwrap_or(u16::MAX),
            run,
        })?;
        let above = first + count;
        self.reserve(above + missing)?;
        for offset in 0..missing {
            let val = self.take(first + offset);
            self.put(above + offset, val);
        }
        if missing == 0 {
            // an update that waits is no function
            return Err(Fault::ill_typed("an application of an update"));
        }
        let function = Val::Closure { function: id, args };
        let missing = u16::try_from(missing).unwrap_or(u16::MAX);
        self.apply(program, function, above, missing, false)
    }

    /// What a function has already, and more.
    fn with_args(&mut self, args: &Parts, first: usize, count: usize) -> Parts {
        self.meter.allocate_parts(args.len() + count);
        let more: Vec<Val> = (0..count).map(|offset| self.take(first + offset)).collect();
        args.iter().cloned().chain(more).collect()
    }

    /// Puts what a function has already before its arguments.
    fn unpack(&mut self, mut args: Parts, first: usize, count: usize) {
        let captured = args.len();
        if captured == 0 {
            return;
        }
        for offset in (0..count).rev() {
            let val = self.take(first + offset);
            self.put(first + captured + offset, val);
        }
        if let Some(parts) = args.unique() {
            for (offset, part) in parts.iter_mut().enumerate() {
                self.put(first + offset, std::mem::take(part));
            }
        } else {
            for (offset, part) in args.iter().enumerate() {
                self.put(first + offset, part.clone());
            }
        }
    }

    /// Calls a function with values, above a height of the stack. The continuation is there
    /// already.
    pub(super) fn call_with<'p>(
        &mut self,
        program: &'p Program,
        function: FunctionId,
        base: usize,
        args: impl IntoIterator<Item = Val>,
    ) -> Result<Cursor<'p>, Fault> {
        let Some(code) = program.function(function) else {
            return Err(Fault::ill_typed("an unknown function"));
        };
        self.reserve(base + usize::from(code.slots).max(usize::from(code.arity)))?;
        for (offset, arg) in args.into_iter().enumerate() {
            self.put(base + offset, arg);
        }
        if code.entry == NOWHERE {
            let update = self.suspend(function, base, usize::from(code.arity), false)?;
            return self.give(program, update);
        }
        Cursor::at(program, function.package(), code.entry, base)
    }

    /// Gives a value to the innermost continuation.
    pub(super) fn give<'p>(&mut self, program: &'p Program, val: Val) -> Result<Cursor<'p>, Fault> {
        let frame = self.frames.pop();
        self.deliver(program, frame, val)
    }

    /// Gives a value to a continuation.
    pub(super) fn deliver<'p>(
        &mut self,
        program: &'p Program,
        frame: Option<Frame>,
        val: Val,
    ) -> Result<Cursor<'p>, Fault> {
        match frame {
            None => Err(Fault::Done(val)),
            Some(Frame::Return {
                package,
                to,
                pc,
                base,
            }) => {
                let at = Cursor::at(program, package, pc, base as usize)?;
                self.write(&at, to, val);
                Ok(at)
            }
            Some(Frame::Apply { first, count, run }) => {
                self.apply(program, val, first as usize, count, run)
            }
            Some(Frame::Run { base }) => self.apply(program, val, base as usize, 0, true),
            Some(Frame::Global { package, index }) => {
                self.keep_global(program, package, index, &val);
                self.give(program, val)
            }
            Some(Frame::Fold { how, first }) => self.fold_on(program, how, first as usize, val),
            Some(Frame::Create { template, argument }) => {
                let id = self.create_contract(program, template, argument as usize, &val)?;
                self.give(program, id)
            }
            Some(Frame::Validate) => {
                self.contract_validated(program, &val)?;
                match self.frames.pop() {
                    Some(Frame::Resume { package, pc, base }) => {
                        Cursor::at(program, package, pc, base as usize)
                    }
                    _ => Err(Fault::ill_typed("a continuation that does not fit")),
                }
            }
            Some(Frame::View) => {
                self.charge_view(program, &val)?;
                self.give(program, val)
            }
            Some(Frame::Guard) => {
                self.ledger.transaction.end_try()?;
                self.give(program, val)
            }
            Some(Frame::Message(exception)) => Err(super::unwind::uncaught(&exception, &val)),
            Some(Frame::Resume { .. } | Frame::Try { .. } | Frame::Protected | Frame::Exercise) => {
                Err(Fault::ill_typed("a continuation that does not fit"))
            }
        }
    }
}

/// Enters a function.
#[inline(always)]
fn enter<'p>(
    program: &'p Program,
    at: &mut Cursor<'p>,
    function: FunctionId,
    entry: Pc,
    base: usize,
) -> Result<(), Fault> {
    if function.package() == at.number {
        at.jump(entry);
        at.base = base;
        return Ok(());
    }
    *at = Cursor::at(program, function.package(), entry, base)?;
    Ok(())
}

/// A place on the stack as frames keep it.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

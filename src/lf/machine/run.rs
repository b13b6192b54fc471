//! The loop: one instruction after the other.
//!
//! `execute` has the instructions that programs spend their time on; `rare` has the others. Both
//! end in a fault, which `run` handles: an exception is unwound, a question or a pause leaves the
//! loop with everything kept, so that it can go on.

use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::state::Machine;
use super::val::Val;
use crate::lf::ast::BuiltinFunction;
use crate::lf::builtins;
use crate::lf::compile::{Compare, Instruction, Program, Slot, Source, Test};
use crate::lf::error::Error;
use crate::lf::transaction::KeyQuestion;
use crate::model::{ContractId, PackageId};

/// Bytes of a text that take no time to compare.
const SHORT_TEXT: usize = 256;

/// Why the machine stopped.
pub(crate) enum Outcome {
    /// The program has ended with a value.
    Done(Val),
    /// It needs a contract.
    NeedContract(ContractId),
    /// It needs contracts with a key.
    NeedKey(Box<KeyQuestion>),
    /// It needs a package.
    NeedPackage(PackageId),
    /// The slice is used up.
    Paused,
    /// An exception that nothing caught, where that is an outcome.
    Exception(Val),
    /// It has failed.
    Failed(Error),
}

impl Machine {
    /// Runs until the program ends, asks for something, or has used up its slice.
    pub(crate) fn run(&mut self) -> Outcome {
        let program = self.program.clone();
        let position = self.position;
        let (package, base) = (position.package, position.base as usize);
        let mut at = match Cursor::at(&program, package, position.pc, base) {
            Ok(at) => at,
            Err(fault) => return stopped(fault),
        };
        if let Err(fault) = self.refuel() {
            return stopped(fault);
        }
        loop {
            let fault = self.execute(&program, &mut at);
            match fault {
                Fault::Exception(exception) => {
                    self.begin_trace(&at);
                    match self.raise(&program, exception) {
                        Ok(next) => at = next,
                        Err(fault) => {
                            self.trace_rest();
                            return stopped(fault);
                        }
                    }
                }
                Fault::NeedContract(_)
                | Fault::NeedKey(_)
                | Fault::NeedPackage(_)
                | Fault::OutOfFuel => {
                    self.position = at.back().position();
                    return stopped(fault);
                }
                Fault::Error(_) => {
                    self.begin_trace(&at);
                    self.trace_rest();
                    return stopped(fault);
                }
                Fault::Done(_) => return stopped(fault),
            }
        }
    }

    fn execute<'p>(&mut self, program: &'p Program, cursor: &mut Cursor<'p>) -> Fault {
        let mut at = *cursor;
        loop {
            let Some(instruction) = at.code.get(at.pc) else {
                return Fault::ill_typed("a place without code");
            };
            at.pc += 1;
            if let Err(fault) = self.instruction(program, &mut at, instruction) {
                *cursor = at;
                return fault;
            }
        }
    }

    #[inline(always)]
    fn instruction<'p>(
        &mut self,
        program: &'p Program,
        at: &mut Cursor<'p>,
        instruction: &'p Instruction,
    ) -> Result<(), Fault> {
        match *instruction {
            Instruction::Move { to, from } => {
                let val = self.read(at, from);
                self.write(at, to, val);
                Ok(())
            }
            Instruction::AddInt64 { to, a, b } => {
                self.int64(at, to, (a, b), i64::checked_add, BuiltinFunction::AddInt64)
            }
            Instruction::SubInt64 { to, a, b } => {
                self.int64(at, to, (a, b), i64::checked_sub, BuiltinFunction::SubInt64)
            }
            Instruction::MulInt64 { to, a, b } => {
                self.int64(at, to, (a, b), i64::checked_mul, BuiltinFunction::MulInt64)
            }
            Instruction::Compare { to, how, a, b } => {
                let holds = self.compare(at, how, a, b)?;
                self.write(at, to, Val::Bool(holds));
                Ok(())
            }
            Instruction::BranchCompare {
                how,
                a,
                b,
                otherwise,
            } => {
                if !self.compare(at, how, a, b)? {
                    at.jump(otherwise);
                }
                Ok(())
            }
            Instruction::Branch {
                test,
                on,
                otherwise,
            } => {
                let holds = holds(test, self.peek(at, on));
                if !holds.ok_or_else(|| Fault::ill_typed("case"))? {
                    at.jump(otherwise);
                }
                Ok(())
            }
            Instruction::Jump { to } => {
                at.jump(to);
                Ok(())
            }
            Instruction::Uncons { head, tail, from } => self.uncons(at, head, tail, from),
            Instruction::Project { to, field, from } => self.project(at, to, field, from),
            Instruction::Call {
                to,
                first,
                function,
                run,
            } => self.call(program, at, (to, first), function, run),
            Instruction::TailCall {
                first,
                function,
                run,
            } => self.tail_call(program, at, first, function, run),
            Instruction::Return { from } => self.return_value(program, at, from),
            ref rare => {
                *at = self.rare(program, *at, rare)?;
                Ok(())
            }
        }
    }

    #[inline(always)]
    fn return_value<'p>(
        &mut self,
        program: &'p Program,
        at: &mut Cursor<'p>,
        from: Source,
    ) -> Result<(), Fault> {
        let val = self.read(at, from);
        match self.frames.pop() {
            Some(Frame::Return {
                package,
                to,
                pc,
                base,
            }) if package == at.number => {
                at.jump(pc);
                at.base = base as usize;
                self.write(at, to, val);
            }
            frame => *at = self.deliver(program, frame, val)?,
        }
        Ok(())
    }

    #[inline(always)]
    fn int64(
        &mut self,
        at: &Cursor<'_>,
        to: Slot,
        (a, b): (Source, Source),
        operation: impl FnOnce(i64, i64) -> Option<i64>,
        builtin: BuiltinFunction,
    ) -> Result<(), Fault> {
        let (a, b) = (self.peek(at, a), self.peek(at, b));
        if let (Val::Int64(x), Val::Int64(y)) = (a, b)
            && let Some(result) = operation(*x, *y)
        {
            self.write(at, to, Val::Int64(result));
            return Ok(());
        }
        // the slow way knows what to throw
        let result = builtins::int64(builtin, a, b)?;
        self.write(at, to, result);
        Ok(())
    }

    #[inline(always)]
    fn compare(
        &mut self,
        at: &Cursor<'_>,
        how: Compare,
        a: Source,
        b: Source,
    ) -> Result<bool, Fault> {
        let (a, b) = (self.peek(at, a), self.peek(at, b));
        let order = match (a, b) {
            (Val::Int64(x), Val::Int64(y)) => x.cmp(y),
            (Val::Text(x), Val::Text(y)) if x.len() <= SHORT_TEXT => x.cmp(y),
            _ => {
                let (order, left) = self.meter.order_within(a, b);
                self.meter.set_left(left);
                order?
            }
        };
        Ok(match how {
            Compare::Equal => order.is_eq(),
            Compare::Less => order.is_lt(),
            Compare::LessEq => order.is_le(),
            Compare::Greater => order.is_gt(),
            Compare::GreaterEq => order.is_ge(),
        })
    }
}

/// Whether a value is what a branch asks for; none if it is of another type.
#[inline]
fn holds(test: Test, val: &Val) -> Option<bool> {
    match (test, val) {
        (Test::True, Val::Bool(b)) => Some(*b),
        (Test::Some, Val::Some(_)) | (Test::Cons, Val::Cons(_)) => Some(true),
        (Test::Some, Val::None) | (Test::Cons, Val::Nil) => Some(false),
        _ => None,
    }
}

/// What a fault that nothing handles means.
pub(super) fn stopped(fault: Fault) -> Outcome {
    match fault {
        Fault::Done(val) => Outcome::Done(val),
        Fault::NeedContract(id) => Outcome::NeedContract(id),
        Fault::NeedKey(question) => Outcome::NeedKey(question),
        Fault::NeedPackage(id) => Outcome::NeedPackage(id),
        Fault::OutOfFuel => Outcome::Paused,
        Fault::Error(error) => Outcome::Failed(*error),
        Fault::Exception(exception) => Outcome::Exception(exception),
    }
}

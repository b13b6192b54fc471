//! From trees to instructions: variables and intermediate results get slots.
//!
//! Slots are handed out like a stack. The result of an expression goes to a slot that the caller
//! chose, or, in tail position, to the caller of the function.

mod branches;
mod operations;

use super::Error;
use super::code::{Instruction, NOWHERE, Pc, Slot, Source};
use super::ir::{Body, Ir, Var};
use super::places::Places;
use crate::lf::stack::with_room;

/// Number of slots that one function may need.
const SLOTS_MAX: usize = 32_768;

/// Where a result goes.
#[derive(Clone, Copy)]
enum Target {
    Slot(Slot),
    /// To the function's caller.
    Return,
}

/// Code that is being written.
pub(super) struct Emitter<'a> {
    code: &'a mut Vec<Instruction>,
    tables: &'a mut Vec<u32>,
    places: &'a mut Places,
    slots: Vec<Slot>,
    top: usize,
    top_max: usize,
}

/// Writes a function; its place and the number of its slots.
pub(super) fn emit(
    body: &Body,
    code: &mut Vec<Instruction>,
    tables: &mut Vec<u32>,
    places: &mut Places,
) -> Result<(Pc, u16), Error> {
    let entry = place(code.len())?;
    let mut emitter = Emitter {
        code,
        tables,
        places,
        slots: vec![0; body.variables as usize],
        top: 0,
        top_max: 0,
    };
    for param in &body.params {
        emitter.slots[*param as usize] = emitter.slot()?;
    }
    emitter.expression(&body.ir, Target::Return)?;
    let slots = u16::try_from(emitter.top_max).map_err(|_| Error::TooLarge("function"))?;
    Ok((entry, slots))
}

fn place(index: usize) -> Result<Pc, Error> {
    let place = u32::try_from(index).ok().filter(|place| *place != NOWHERE);
    place.ok_or(Error::TooLarge("code"))
}

impl Emitter<'_> {
    fn slot(&mut self) -> Result<Slot, Error> {
        self.row(1)
    }

    /// Slots that follow each other.
    fn row(&mut self, count: usize) -> Result<Slot, Error> {
        let first = self.top;
        self.top += count;
        if self.top > SLOTS_MAX {
            return Err(Error::TooLarge("function"));
        }
        self.top_max = self.top_max.max(self.top);
        u16::try_from(first).map_err(|_| Error::TooLarge("function"))
    }

    fn push(&mut self, instruction: Instruction) -> usize {
        self.code.push(instruction);
        self.code.len() - 1
    }

    fn here(&self) -> Result<Pc, Error> {
        place(self.code.len())
    }

    fn slot_of(&self, var: Var) -> Slot {
        self.slots[var as usize]
    }

    /// Where to find what needs no evaluation.
    fn atom(&self, ir: &Ir) -> Option<Source> {
        match ir {
            Ir::Var { var, last: true } => Some(Source::taken(self.slot_of(*var))),
            Ir::Var { var, last: false } => Some(Source::slot(self.slot_of(*var))),
            Ir::Constant(index) => Some(Source::constant(*index)),
            _ => None,
        }
    }

    fn operand(&mut self, ir: &Ir) -> Result<Source, Error> {
        if let Some(source) = self.atom(ir) {
            return Ok(source);
        }
        let slot = self.slot()?;
        self.expression(ir, Target::Slot(slot))?;
        Ok(Source::taken(slot))
    }

    /// Operands in slots that follow each other: evaluated from right to left.
    fn operand_row(&mut self, operands: &[Ir]) -> Result<Slot, Error> {
        let first = self.row(operands.len())?;
        for (offset, operand) in operands.iter().enumerate().rev() {
            if !operand.is_atom() {
                let slot =
                    first + u16::try_from(offset).map_err(|_| Error::TooLarge("function"))?;
                self.expression(operand, Target::Slot(slot))?;
            }
        }
        for (to, operand) in (first..).zip(operands) {
            if let Some(from) = self.atom(operand) {
                self.push(Instruction::Move { to, from });
            }
        }
        Ok(first)
    }

    fn expression(&mut self, ir: &Ir, target: Target) -> Result<(), Error> {
        with_room(|| self.expression_here(ir, target))
    }

    fn expression_here(&mut self, ir: &Ir, target: Target) -> Result<(), Error> {
        let top = self.top;
        match ir {
            Ir::Var { .. } | Ir::Constant(_) => {
                let from = self.operand(ir)?;
                match target {
                    Target::Slot(to) => self.push(Instruction::Move { to, from }),
                    Target::Return => self.push(Instruction::Return { from }),
                };
            }
            Ir::Call {
                function,
                args,
                run,
            } => {
                let (function, run) = (*function, *run);
                let first = self.operand_row(args)?;
                self.push(match target {
                    Target::Slot(to) => Instruction::Call {
                        to,
                        first,
                        function,
                        run,
                    },
                    Target::Return => Instruction::TailCall {
                        first,
                        function,
                        run,
                    },
                });
            }
            Ir::Apply {
                function,
                args,
                run,
            } => self.apply(function, args, *run, target)?,
            Ir::Let { bindings, body } => {
                for (var, bound) in bindings {
                    let slot = self.slot()?;
                    self.slots[*var as usize] = slot;
                    self.expression(bound, Target::Slot(slot))?;
                }
                self.expression(body, target)?;
            }
            Ir::Case(case) => self.case(case, target)?,
            Ir::Located(place, inner) => {
                let from = self.here()?;
                self.expression(inner, target)?;
                let to = self.here()?;
                self.places.cover(from, to, *place);
            }
            _ => self.slotted(ir, target)?,
        }
        self.top = top;
        Ok(())
    }

    fn apply(
        &mut self,
        function: &Ir,
        args: &[Ir],
        run: bool,
        target: Target,
    ) -> Result<(), Error> {
        // the function comes after its arguments, but below them: what is above is the callee's
        let below = match self.atom(function) {
            Some(_) => None,
            None => Some(self.slot()?),
        };
        let first = self.operand_row(args)?;
        let function = match below {
            Some(slot) => {
                self.expression(function, Target::Slot(slot))?;
                Source::taken(slot)
            }
            None => self.operand(function)?,
        };
        let count = u16::try_from(args.len()).map_err(|_| Error::TooLarge("application"))?;
        self.push(match target {
            Target::Slot(to) => Instruction::Apply {
                to,
                first,
                count,
                function,
                run,
            },
            Target::Return => Instruction::TailApply {
                first,
                count,
                function,
                run,
            },
        });
        Ok(())
    }

    /// What has no tail form of its own.
    fn slotted(&mut self, ir: &Ir, target: Target) -> Result<(), Error> {
        let to = match target {
            Target::Slot(slot) => slot,
            Target::Return => self.slot()?,
        };
        match ir {
            Ir::Global(package, index) => {
                let first = self.row(0)?;
                self.push(Instruction::Global {
                    to,
                    first,
                    package: *package,
                    index: *index,
                });
            }
            Ir::Operation(operation, args) => self.operation(operation, args, to)?,
            Ir::Protected(body) => {
                self.push(Instruction::BeginProtected);
                self.expression(body, Target::Slot(to))?;
                self.push(Instruction::EndProtected);
            }
            Ir::Exercise { choice, args, body } => {
                let first = self.operand_row(args)?;
                self.push(Instruction::BeginExercise {
                    first,
                    choice: *choice,
                });
                self.expression(body, Target::Slot(to))?;
                self.push(Instruction::EndExercise { result: to });
            }
            Ir::Try {
                body,
                exception,
                handler,
            } => self.try_catch(body, *exception, handler, to)?,
            _ => return Err(Error::Internal("an expression without code")),
        }
        if matches!(target, Target::Return) {
            let from = Source::taken(to);
            self.push(Instruction::Return { from });
        }
        Ok(())
    }
}

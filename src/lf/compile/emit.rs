//! From trees to instructions: variables and intermediate results get slots.
//!
//! Slots are handed out like a stack. The result of an expression goes to a slot that the caller
//! chose, or, in tail position, to the caller of the function.

use super::Error;
use super::code::{Instruction, NOWHERE, Pc, Slot, Source, Test};
use crate::lf::stack::with_room;

use super::ir::{Alternative, Binders, Body, Branches, Case, Ir, Operation, Var};

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
    slots: Vec<Slot>,
    top: usize,
    top_max: usize,
}

/// Writes a function; its place and the number of its slots.
pub(super) fn emit(
    body: &Body,
    code: &mut Vec<Instruction>,
    tables: &mut Vec<u32>,
) -> Result<(Pc, u16), Error> {
    let entry = place(code.len())?;
    let mut emitter = Emitter {
        code,
        tables,
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

    /// Operands in slots that follow each other.
    fn operand_row(&mut self, operands: &[Ir]) -> Result<Slot, Error> {
        let first = self.row(operands.len())?;
        for (slot, operand) in (first..).zip(operands) {
            if !operand.is_atom() {
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
            _ => self.into_slot(ir, target)?,
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
        // a function that needs evaluation comes before its arguments
        let evaluated = match self.atom(function) {
            Some(_) => None,
            None => Some(self.operand(function)?),
        };
        let first = self.operand_row(args)?;
        let function = match evaluated {
            Some(source) => source,
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
    fn into_slot(&mut self, ir: &Ir, target: Target) -> Result<(), Error> {
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

    fn operation(&mut self, operation: &Operation, args: &[Ir], to: Slot) -> Result<(), Error> {
        let instruction = match (operation, args) {
            (
                Operation::Add
                | Operation::Subtract
                | Operation::Multiply
                | Operation::Compare(_)
                | Operation::Binary(_),
                [a, b],
            ) => {
                let (a, b) = self.pair(a, b)?;
                binary(operation, to, a, b)
            }
            (Operation::Unary(op), [a]) => Instruction::Unary {
                to,
                op: *op,
                a: self.operand(a)?,
            },
            (Operation::Project(field), [record]) => Instruction::Project {
                to,
                field: *field,
                from: self.operand(record)?,
            },
            (Operation::ProjectStruct(field), [record]) => Instruction::ProjectStruct {
                to,
                field: *field,
                from: self.operand(record)?,
            },
            (Operation::ExceptionMessage, [exception]) => {
                let from = self.operand(exception)?;
                let first = self.row(0)?;
                Instruction::ExceptionMessage { to, first, from }
            }
            (Operation::Throw, [exception]) => Instruction::Throw {
                exception: self.operand(exception)?,
            },
            _ => self.row_operation(operation, args, to)?,
        };
        self.push(instruction);
        Ok(())
    }

    /// Two operands: what needs evaluation first.
    fn pair(&mut self, a: &Ir, b: &Ir) -> Result<(Source, Source), Error> {
        if a.is_atom() {
            let b = self.operand(b)?;
            Ok((self.operand(a)?, b))
        } else {
            Ok((self.operand(a)?, self.operand(b)?))
        }
    }

    fn row_operation(
        &mut self,
        operation: &Operation,
        args: &[Ir],
        to: Slot,
    ) -> Result<Instruction, Error> {
        let first = self.operand_row(args)?;
        Ok(match operation {
            Operation::Nary(op) => Instruction::Nary { to, op: *op, first },
            Operation::Construct(what) => Instruction::Construct {
                to,
                what: *what,
                first,
                count: u16::try_from(args.len()).map_err(|_| Error::TooLarge("record"))?,
            },
            Operation::Fold(how) => Instruction::Fold {
                to,
                first,
                how: *how,
            },
            Operation::Virtual(index) => Instruction::CallVirtual {
                to,
                first,
                index: *index,
            },
            Operation::Ledger(op, index) => Instruction::Ledger {
                to,
                first,
                op: *op,
                index: *index,
            },
            _ => {
                return Err(Error::Internal(
                    "an operation with a wrong number of operands",
                ));
            }
        })
    }

    fn try_catch(
        &mut self,
        body: &Ir,
        exception: Var,
        handler: &Ir,
        to: Slot,
    ) -> Result<(), Error> {
        let caught = self.slot()?;
        self.slots[exception as usize] = caught;
        let begin = self.push(Instruction::BeginTry {
            exception: caught,
            handler: NOWHERE,
        });
        self.expression(body, Target::Slot(to))?;
        self.push(Instruction::EndTry);
        let leave = self.push(Instruction::Jump { to: NOWHERE });
        self.code[begin] = Instruction::BeginTry {
            exception: caught,
            handler: self.here()?,
        };
        let update = self.slot()?;
        self.expression(handler, Target::Slot(update))?;
        let declined = self.push(Instruction::MatchError);
        self.push(Instruction::Payload {
            to: update,
            from: Source::taken(update),
        });
        let first = self.row(0)?;
        self.push(Instruction::Apply {
            to,
            first,
            count: 0,
            function: Source::taken(update),
            run: true,
        });
        let leave_handler = self.push(Instruction::Jump { to: NOWHERE });
        self.code[declined] = Instruction::Branch {
            test: Test::Some,
            on: Source::slot(update),
            otherwise: self.here()?,
        };
        self.push(Instruction::Throw {
            exception: Source::taken(caught),
        });
        let end = self.here()?;
        for jump in [leave, leave_handler] {
            self.code[jump] = Instruction::Jump { to: end };
        }
        Ok(())
    }

    fn case(&mut self, case: &Case, target: Target) -> Result<(), Error> {
        let mut ends = Vec::new();
        match &case.branches {
            Branches::Bool(ways) => {
                if let Ir::Operation(Operation::Compare(how), args) = &case.scrutinee
                    && let [a, b] = &args[..]
                {
                    let (how, (a, b)) = (*how, self.pair(a, b)?);
                    let branch = |otherwise| Instruction::BranchCompare {
                        how,
                        a,
                        b,
                        otherwise,
                    };
                    self.two_ways(case, Source::slot(0), *ways, branch, target, &mut ends)?;
                } else {
                    self.test(case, Test::True, *ways, target, &mut ends)?;
                }
            }
            Branches::Optional(ways) => self.test(case, Test::Some, *ways, target, &mut ends)?,
            Branches::List(ways) => self.test(case, Test::Cons, *ways, target, &mut ends)?,
            Branches::Ranks(ranks) => self.switch(case, ranks, target, &mut ends)?,
            Branches::Always(way) => {
                let on = self.operand(&case.scrutinee)?;
                self.way(case, *way, on, target, &mut ends)?;
            }
        }
        let end = self.here()?;
        for jump in ends {
            self.code[jump] = Instruction::Jump { to: end };
        }
        Ok(())
    }

    fn test(
        &mut self,
        case: &Case,
        test: Test,
        ways: [Option<usize>; 2],
        target: Target,
        ends: &mut Vec<usize>,
    ) -> Result<(), Error> {
        let on = self.operand(&case.scrutinee)?;
        let branch = |otherwise| Instruction::Branch {
            test,
            on,
            otherwise,
        };
        self.two_ways(case, on, ways, branch, target, ends)
    }

    fn two_ways(
        &mut self,
        case: &Case,
        on: Source,
        [yes, no]: [Option<usize>; 2],
        branch: impl Fn(Pc) -> Instruction,
        target: Target,
        ends: &mut Vec<usize>,
    ) -> Result<(), Error> {
        if yes == no {
            return self.way(case, yes, on, target, ends);
        }
        let test = self.push(branch(NOWHERE));
        self.way(case, yes, on, target, ends)?;
        let otherwise = self.here()?;
        self.code[test] = branch(otherwise);
        self.way(case, no, on, target, ends)
    }

    /// One alternative, or the error that none matches.
    fn way(
        &mut self,
        case: &Case,
        way: Option<usize>,
        on: Source,
        target: Target,
        ends: &mut Vec<usize>,
    ) -> Result<(), Error> {
        let Some(alternative) = way.and_then(|way| case.alternatives.get(way)) else {
            self.push(Instruction::MatchError);
            return Ok(());
        };
        self.alternative(alternative, on, target)?;
        if matches!(target, Target::Slot(_)) {
            ends.push(self.push(Instruction::Jump { to: NOWHERE }));
        }
        Ok(())
    }

    fn alternative(
        &mut self,
        alternative: &Alternative,
        from: Source,
        target: Target,
    ) -> Result<(), Error> {
        let top = self.top;
        match alternative.binders {
            Binders::Nothing => {}
            Binders::Payload(var) => {
                let to = self.slot()?;
                self.slots[var as usize] = to;
                self.push(Instruction::Payload { to, from });
            }
            Binders::Cons(head_var, tail_var) => {
                let (head, tail) = (self.slot()?, self.slot()?);
                self.slots[head_var as usize] = head;
                self.slots[tail_var as usize] = tail;
                self.push(Instruction::Uncons { head, tail, from });
            }
        }
        self.expression(&alternative.body, target)?;
        self.top = top;
        Ok(())
    }

    fn switch(
        &mut self,
        case: &Case,
        ranks: &[Option<usize>],
        target: Target,
        ends: &mut Vec<usize>,
    ) -> Result<(), Error> {
        let on = self.operand(&case.scrutinee)?;
        let table = self.tables.len();
        self.tables.resize(table + ranks.len(), NOWHERE);
        self.push(Instruction::Switch {
            on,
            table: place(table)?,
            count: u16::try_from(ranks.len()).map_err(|_| Error::TooLarge("variant"))?,
        });
        for way in 0..case.alternatives.len() {
            let entry = self.here()?;
            for (offset, rank) in ranks.iter().enumerate() {
                if *rank == Some(way) {
                    self.tables[table + offset] = entry;
                }
            }
            self.way(case, Some(way), on, target, ends)?;
        }
        if ranks.contains(&None) {
            let unmatched = self.here()?;
            self.push(Instruction::MatchError);
            for entry in &mut self.tables[table..table + ranks.len()] {
                if *entry == NOWHERE {
                    *entry = unmatched;
                }
            }
        }
        Ok(())
    }
}

fn binary(operation: &Operation, to: Slot, a: Source, b: Source) -> Instruction {
    match operation {
        Operation::Add => Instruction::AddInt64 { to, a, b },
        Operation::Subtract => Instruction::SubInt64 { to, a, b },
        Operation::Compare(how) => {
            let how = *how;
            Instruction::Compare { to, how, a, b }
        }
        Operation::Binary(op) => {
            let op = *op;
            Instruction::Binary { to, op, a, b }
        }
        _ => Instruction::MulInt64 { to, a, b },
    }
}

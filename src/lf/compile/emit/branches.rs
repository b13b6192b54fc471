//! Branches: `case` and `try`. A jump is written before its target is known, and then corrected.

use super::{Emitter, Target, place};
use crate::lf::compile::Error;
use crate::lf::compile::code::{Instruction, NOWHERE, Pc, Slot, Source, Test};
use crate::lf::compile::ir::{Alternative, Binders, Branches, Case, Ir, Operation, Var};

impl Emitter<'_> {
    pub(super) fn case(&mut self, case: &Case, target: Target) -> Result<(), Error> {
        let mut ends = Vec::new();
        match &case.branches {
            Branches::Bool(ways) => {
                if let Ir::Operation(Operation::Compare(how), args) = case.scrutinee.bare()
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
        let mut entries = Vec::with_capacity(case.alternatives.len());
        for way in 0..case.alternatives.len() {
            entries.push(self.here()?);
            self.way(case, Some(way), on, target, ends)?;
        }
        let unmatched = self.here()?;
        if ranks.contains(&None) {
            self.push(Instruction::MatchError);
        }
        // alternatives may have had tables of their own, behind this one
        for (entry, rank) in self.tables[table..].iter_mut().zip(ranks) {
            let way = rank.and_then(|way| entries.get(way));
            *entry = way.copied().unwrap_or(unmatched);
        }
        Ok(())
    }

    pub(super) fn try_catch(
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
        let leave_handler = self.handler(handler, caught, to)?;
        let end = self.here()?;
        for jump in [leave, leave_handler] {
            self.code[jump] = Instruction::Jump { to: end };
        }
        Ok(())
    }

    /// Runs the update that the handler gives; if there is none, throws on. The place of the jump
    /// to what follows.
    fn handler(&mut self, handler: &Ir, caught: Slot, to: Slot) -> Result<usize, Error> {
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
        let leave = self.push(Instruction::Jump { to: NOWHERE });
        self.code[declined] = Instruction::Branch {
            test: Test::Some,
            on: Source::slot(update),
            otherwise: self.here()?,
        };
        self.push(Instruction::Throw {
            exception: Source::taken(caught),
        });
        Ok(leave)
    }
}

//! Operations: operands first, then the instruction.

use super::Emitter;
use crate::lf::compile::Error;
use crate::lf::compile::code::{Instruction, Slot, Source};
use crate::lf::compile::ir::{Ir, Operation};

impl Emitter<'_> {
    pub(super) fn operation(
        &mut self,
        operation: &Operation,
        args: &[Ir],
        to: Slot,
    ) -> Result<(), Error> {
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

    /// Two operands, the right one first.
    pub(super) fn pair(&mut self, a: &Ir, b: &Ir) -> Result<(Source, Source), Error> {
        let b = self.operand(b)?;
        Ok((self.operand(a)?, b))
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

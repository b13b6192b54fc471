//! Where the machine is in the code.

use crate::lf::compile::{CompiledPackage, Instruction, Pc, Program};

use super::fault::Fault;
use super::val::Val;

/// A place in the code and the base of the frame there, ready to run.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'p> {
    pub(super) number: u16,
    pub(super) package: &'p CompiledPackage,
    pub(super) code: &'p [Instruction],
    pub(super) constants: &'p [Val],
    pub(super) pc: usize,
    pub(super) base: usize,
}

/// The same without borrowing the code, for when the machine waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) package: u16,
    pub(super) pc: Pc,
    pub(super) base: u32,
}

impl<'p> Cursor<'p> {
    /// A place in a package.
    pub(super) fn at(
        program: &'p Program,
        package: u16,
        pc: Pc,
        base: usize,
    ) -> Result<Self, Fault> {
        let compiled = program.packages.get(usize::from(package));
        let compiled = compiled.ok_or_else(|| Fault::ill_typed("an unknown package"))?;
        Ok(Self {
            number: package,
            package: compiled,
            code: &compiled.code,
            constants: &compiled.constants,
            pc: pc as usize,
            base,
        })
    }

    /// The same package at another place.
    #[inline]
    pub(super) fn jump(&mut self, pc: Pc) {
        self.pc = pc as usize;
    }

    /// The place before the instruction that has just been read.
    pub(super) fn back(mut self) -> Self {
        self.pc = self.pc.saturating_sub(1);
        self
    }

    pub(super) fn position(&self) -> Position {
        Position {
            package: self.number,
            pc: self.next_pc(),
            base: self.base_number(),
        }
    }

    /// The place of the next instruction.
    #[inline]
    pub(super) fn next_pc(&self) -> Pc {
        u32::try_from(self.pc).unwrap_or(u32::MAX)
    }

    /// The base of the frame; stacks are smaller than four thousand million values.
    #[inline]
    pub(super) fn base_number(&self) -> u32 {
        u32::try_from(self.base).unwrap_or(u32::MAX)
    }
}

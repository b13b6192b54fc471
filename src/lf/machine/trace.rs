//! What was under way when a program failed: gathered only then.

use super::cursor::Cursor;
use super::frame::Frame;
use super::state::Machine;
use crate::lf::compile::{Pc, Program};
use crate::lf::error::Level;

/// Levels that are kept; the innermost say most.
const LEVELS_MAX: usize = 64;

/// What was under way, the innermost first.
#[derive(Default)]
pub(super) struct Trace {
    levels: Vec<Seen>,
    /// It is known what failed; what runs now only finds words for it.
    closed: bool,
}

enum Seen {
    /// The place after an instruction.
    Code(u16, Pc),
    Exercise(Level),
}

impl Machine {
    /// Begins with the instruction that failed.
    pub(super) fn begin_trace(&mut self, at: &Cursor<'_>) {
        if !self.trace.closed {
            self.trace.levels.clear();
            self.trace.levels.push(Seen::Code(at.number, at.next_pc()));
        }
    }

    /// Forgets what was gathered: the program goes on.
    pub(super) fn drop_trace(&mut self) {
        self.trace.levels.clear();
    }

    /// Adds a continuation that is given up.
    pub(super) fn trace_frame(&mut self, frame: &Frame) {
        if self.trace.closed || self.trace.levels.len() >= LEVELS_MAX {
            return;
        }
        match frame {
            Frame::Return { package, pc, .. } => {
                self.trace.levels.push(Seen::Code(*package, *pc));
            }
            Frame::Exercise => {
                if let Some(level) = self.ledger.transaction.open_exercises().next() {
                    self.trace.levels.push(Seen::Exercise(level));
                }
            }
            _ => {}
        }
    }

    /// Adds all continuations that there still are.
    pub(super) fn trace_rest(&mut self) {
        if self.trace.closed {
            return;
        }
        let mut exercises = self.ledger.transaction.open_exercises();
        for frame in self.frames.iter().rev() {
            if self.trace.levels.len() >= LEVELS_MAX {
                break;
            }
            match frame {
                Frame::Return { package, pc, .. } => {
                    self.trace.levels.push(Seen::Code(*package, *pc));
                }
                Frame::Exercise => self
                    .trace
                    .levels
                    .extend(exercises.next().map(Seen::Exercise)),
                _ => {}
            }
        }
        drop(exercises);
        self.trace.closed = true;
    }

    /// What was under way when the program failed, the innermost first. Code whose place in the
    /// source is not known is left out.
    pub(crate) fn backtrace(&self) -> Vec<Level> {
        let program = self.program.clone();
        let levels = self.trace.levels.iter();
        let mut levels: Vec<Level> = levels.filter_map(|seen| level(&program, seen)).collect();
        levels.dedup();
        levels
    }
}

fn level(program: &Program, seen: &Seen) -> Option<Level> {
    match seen {
        Seen::Exercise(level) => Some(level.clone()),
        Seen::Code(number, pc) => {
            let package = program.packages.get(usize::from(*number))?;
            let place = package.places.at(pc.checked_sub(1)?)?;
            let from_one = |(line, column): (u32, u32)| (line + 1, column + 1);
            Some(Level::Code {
                package: package.id.clone(),
                module: place.module.clone(),
                start: from_one(place.start),
                end: from_one(place.end),
            })
        }
    }
}

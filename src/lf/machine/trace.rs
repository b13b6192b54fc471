//! What was under way when a program failed: gathered only then.

use super::cursor::Cursor;
use super::frame::Frame;
use super::state::Machine;
use crate::lf::compile::{Pc, Program};
use crate::lf::error::Level;

/// Levels that are kept; the innermost say most.
const LEVELS_MAX: usize = 64;

/// Exercises that are kept however much code there is between them: what Canton tells, and whether
/// there are more.
const EXERCISES_MAX: usize = 11;

/// What was under way, the innermost first.
#[derive(Default)]
pub(super) struct Trace {
    levels: Vec<Seen>,
    exercises: usize,
    /// It is known what failed; what runs now only finds words for it.
    closed: bool,
}

impl Trace {
    fn begin(&mut self, first: Option<Seen>) {
        self.levels.clear();
        self.exercises = 0;
        self.levels.extend(first);
    }

    fn add(&mut self, level: Seen) {
        let is_exercise = matches!(level, Seen::Exercise(_));
        let has_room = self.levels.len() < LEVELS_MAX;
        if has_room || (is_exercise && self.exercises < EXERCISES_MAX) {
            self.exercises += usize::from(is_exercise);
            self.levels.push(level);
        }
    }

    fn is_full(&self) -> bool {
        self.levels.len() >= LEVELS_MAX && self.exercises >= EXERCISES_MAX
    }
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
            let failed = Seen::Code(at.number, at.next_pc());
            self.trace.begin(Some(failed));
        }
    }

    /// Forgets what was gathered: the program goes on.
    pub(super) fn drop_trace(&mut self) {
        self.trace.begin(None);
    }

    /// Adds a continuation that is given up.
    pub(super) fn trace_frame(&mut self, frame: &Frame) {
        if self.trace.closed || self.trace.is_full() {
            return;
        }
        match frame {
            Frame::Return { package, pc, .. } => {
                self.trace.add(Seen::Code(*package, *pc));
            }
            Frame::Exercise => {
                if let Some(level) = self.ledger.transaction.open_exercises().next() {
                    self.trace.add(Seen::Exercise(level));
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
            if self.trace.is_full() {
                break;
            }
            match frame {
                Frame::Return { package, pc, .. } => {
                    self.trace.add(Seen::Code(*package, *pc));
                }
                Frame::Exercise => {
                    if let Some(level) = exercises.next() {
                        self.trace.add(Seen::Exercise(level));
                    }
                }
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

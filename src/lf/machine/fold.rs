//! Builtin functions that call a function for each element of a list.
//!
//! The state of a fold is in the three slots of its arguments: the function, then the accumulated
//! value or one list, then the rest of the other list.

use super::calls::number;
use super::cursor::Cursor;
use super::fault::Fault;
use super::frame::Frame;
use super::state::Machine;
use super::val::Val;
use crate::lf::compile::{Fold, Function, FunctionId, NOWHERE, Program, Slot};

/// Slots of the state.
const STATE: usize = 3;

impl Machine {
    /// Starts a fold whose arguments are from `first` on.
    pub(super) fn fold<'p>(
        &mut self,
        program: &'p Program,
        at: Cursor<'p>,
        to: Slot,
        first: Slot,
        how: Fold,
    ) -> Result<Cursor<'p>, Fault> {
        self.meter.step()?;
        self.push_return(&at, to)?;
        let first = at.base + usize::from(first);
        let start = match how {
            Fold::Left => self.take(first + 1),
            Fold::Right => {
                self.reverse_list(first + 2);
                self.take(first + 1)
            }
            Fold::EqualList => Val::Bool(true),
        };
        self.fold_on(program, how, first, start)
    }

    fn reverse_list(&mut self, place: usize) {
        let list = self.take(place);
        let mut count = 0;
        let mut reversed = Val::Nil;
        for element in list.elements() {
            reversed = Val::Cons(super::parts::Parts::two(element.clone(), reversed));
            count += 1;
        }
        self.meter.work(count);
        self.meter.allocated += 80 * count as u64;
        self.put(place, reversed);
    }

    /// Goes on with what the fold came to so far.
    pub(super) fn fold_on<'p>(
        &mut self,
        program: &'p Program,
        how: Fold,
        first: usize,
        so_far: Val,
    ) -> Result<Cursor<'p>, Fault> {
        if how == Fold::EqualList {
            return self.compare_on(program, first, so_far);
        }
        match self.take(first + 2) {
            Val::Cons(parts) => {
                let pair = parts.into_two();
                let (head, tail) = pair.ok_or_else(|| Fault::ill_typed("a list"))?;
                self.put(first + 2, tail);
                let args = match how {
                    Fold::Left => [so_far, head],
                    _ => [head, so_far],
                };
                self.apply_step(program, how, first, args)
            }
            Val::Nil => self.give(program, so_far),
            _ => Err(Fault::ill_typed("a fold")),
        }
    }

    /// Goes on comparing two lists when the elements so far are equal.
    fn compare_on<'p>(
        &mut self,
        program: &'p Program,
        first: usize,
        equal: Val,
    ) -> Result<Cursor<'p>, Fault> {
        match equal {
            Val::Bool(true) => {}
            Val::Bool(false) => return self.give(program, equal),
            _ => return Err(Fault::ill_typed("EQUAL_LIST")),
        }
        match (self.take(first + 1), self.take(first + 2)) {
            (Val::Nil, Val::Nil) => self.give(program, Val::Bool(true)),
            (Val::Cons(xs), Val::Cons(ys)) => {
                let both = xs.into_two().zip(ys.into_two());
                let ((x, xs), (y, ys)) = both.ok_or_else(|| Fault::ill_typed("a list"))?;
                self.put(first + 1, xs);
                self.put(first + 2, ys);
                self.apply_step(program, Fold::EqualList, first, [y, x])
            }
            (Val::Nil | Val::Cons(_), Val::Nil | Val::Cons(_)) => {
                self.give(program, Val::Bool(false))
            }
            _ => Err(Fault::ill_typed("EQUAL_LIST")),
        }
    }

    /// Calls the fold's function and comes back with its result.
    fn apply_step<'p>(
        &mut self,
        program: &'p Program,
        how: Fold,
        first: usize,
        args: [Val; 2],
    ) -> Result<Cursor<'p>, Fault> {
        // no instruction can be repeated here, so the machine does not pause
        self.meter.work(1);
        if self.meter.fuel == 0 {
            self.refuel()?;
        }
        self.push(Frame::Fold {
            how,
            first: number(first),
        })?;
        let above = first + STATE;
        let [a, b] = args;
        if let Some((id, code)) = self.two_argument_function(program, first) {
            let count = usize::from(code.arity) - 2;
            self.reserve(above + usize::from(code.slots))?;
            self.copy_captured(first, above);
            self.put(above + count, a);
            self.put(above + count + 1, b);
            return Cursor::at(program, id.package(), code.entry, above);
        }
        let function = self.stack.get(first).cloned().unwrap_or_default();
        self.reserve(above + 2)?;
        self.put(above, a);
        self.put(above + 1, b);
        self.apply(program, function, above, 2, false)
    }

    /// The code of the fold's function if two arguments are all that it needs: the usual case, which
    /// shares nothing.
    fn two_argument_function<'p>(
        &self,
        program: &'p Program,
        place: usize,
    ) -> Option<(FunctionId, &'p Function)> {
        let Some(Val::Closure { function, args }) = self.stack.get(place) else {
            return None;
        };
        let code = program.function(*function)?;
        let fits = usize::from(code.arity) == args.len() + 2 && code.entry != NOWHERE;
        fits.then_some((*function, code))
    }

    /// Copies what a function has already to the slots from `to` on.
    fn copy_captured(&mut self, place: usize, to: usize) {
        let Some((below, above)) = self.stack.split_at_mut_checked(to) else {
            return;
        };
        if let Some(Val::Closure { args, .. }) = below.get(place) {
            for (slot, arg) in above.iter_mut().zip(args.iter()) {
                slot.clone_from(arg);
            }
        }
    }
}

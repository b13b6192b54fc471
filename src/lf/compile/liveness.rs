//! Finds the last use of each variable, so that its value can be moved instead of shared.
//!
//! Evaluation order, which this pass and the emitter must agree on: of several operands those that
//! need evaluation come first, from right to left; variables and constants are read after them, and
//! the function of an application comes last.

use crate::lf::stack::with_room;

use super::ir::{Binders, Branches, Ir, Var};

/// The variables that are still needed.
#[derive(Clone, Default)]
struct Live(Vec<u64>);

impl Live {
    fn with_capacity(variables: u32) -> Self {
        Self(vec![0; (variables as usize).div_ceil(64)])
    }

    fn contains(&self, var: Var) -> bool {
        self.0[var as usize / 64] & (1 << (var % 64)) != 0
    }

    fn insert(&mut self, var: Var) {
        self.0[var as usize / 64] |= 1 << (var % 64);
    }

    fn remove(&mut self, var: Var) {
        self.0[var as usize / 64] &= !(1 << (var % 64));
    }

    fn add_all(&mut self, other: &Self) {
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine |= others;
        }
    }
}

/// Marks last uses in a function's body.
pub(super) fn mark_last_uses(ir: &mut Ir, variables: u32) {
    mark(ir, &mut Live::with_capacity(variables));
}

/// `live` is what is needed after the expression; on return, what is needed before it.
fn mark(ir: &mut Ir, live: &mut Live) {
    with_room(|| mark_here(ir, live));
}

fn mark_here(ir: &mut Ir, live: &mut Live) {
    match ir {
        Ir::Var { var, last } => {
            *last = !live.contains(*var);
            live.insert(*var);
        }
        Ir::Constant(_) | Ir::Global(..) => {}
        Ir::Operation(_, args) | Ir::Call { args, .. } => mark_operands(args.iter_mut(), live),
        Ir::Apply { function, args, .. } => {
            mark(function, live);
            mark_operands(args.iter_mut(), live);
        }
        Ir::Let { bindings, body } => {
            mark(body, live);
            for (var, bound) in bindings.iter_mut().rev() {
                live.remove(*var);
                mark(bound, live);
            }
        }
        Ir::Case(case) => {
            let mut before = Live(vec![0; live.0.len()]);
            if matches!(case.branches, Branches::Always(None)) || case.alternatives.is_empty() {
                before.add_all(live);
            }
            for alternative in &mut case.alternatives {
                let mut needed = live.clone();
                mark(&mut alternative.body, &mut needed);
                match alternative.binders {
                    Binders::Nothing => {}
                    Binders::Payload(var) => needed.remove(var),
                    Binders::Cons(head, tail) => {
                        needed.remove(head);
                        needed.remove(tail);
                    }
                }
                before.add_all(&needed);
            }
            *live = before;
            mark(&mut case.scrutinee, live);
        }
        Ir::Located(_, body) | Ir::Protected(body) => mark(body, live),
        Ir::Exercise { args, body, .. } => {
            mark(body, live);
            mark_operands(args.iter_mut(), live);
        }
        Ir::Try {
            body,
            exception,
            handler,
        } => {
            // the body may end at any place, so what the handler needs stays; the exception itself
            // stays for the case that the handler declines it
            let mut needed = live.clone();
            needed.insert(*exception);
            mark(handler, &mut needed);
            needed.remove(*exception);
            live.add_all(&needed);
            mark(body, live);
        }
    }
}

fn mark_operands<'a>(operands: impl Iterator<Item = &'a mut Ir>, live: &mut Live) {
    let (atoms, others): (Vec<_>, Vec<_>) = operands.partition(|operand| operand.is_atom());
    for operand in atoms.into_iter().rev() {
        mark(operand, live);
    }
    for operand in others {
        mark(operand, live);
    }
}

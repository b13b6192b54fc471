//! Types that must stay as they are, but for the versions of the packages that they name.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::violation::Change;
use crate::lf::ast::Kind;
use crate::lf::signature::Signatures;
use crate::lf::types::Type;
use crate::model::{Identifier, Name};

/// Compares types.
#[derive(Debug)]
pub(super) struct Types<'a> {
    pub known: &'a Signatures,
}

impl Types<'_> {
    /// The first part of the present type that does not follow the past one. `params` are the type
    /// variables in scope in each: the same variable is the one in the same place.
    ///
    /// Types share their parts and can be far larger than the memory they take: what was compared once
    /// is not compared again.
    pub(super) fn change(
        &self,
        (past, present): (&Type, &Type),
        params: (&[Name], &[Name]),
    ) -> Option<Change> {
        let mut open = vec![(past, present)];
        let mut seen = FxHashSet::default();
        while let Some((past, present)) = open.pop() {
            if !seen.insert((std::ptr::from_ref(past), std::ptr::from_ref(present))) {
                continue;
            }
            let is_same = match (past, present) {
                (Type::Var(a), Type::Var(b)) => {
                    let place = place(a, params.0);
                    place.is_some() && place == self::place(b, params.1)
                }
                (Type::Nat(a), Type::Nat(b)) => a == b,
                (Type::Builtin(a), Type::Builtin(b)) => a == b,
                (Type::Con(a), Type::Con(b)) => self.follows(a, b),
                (Type::App(f, a), Type::App(g, b)) => {
                    open.extend([(&**a, &**b), (&**f, &**g)]);
                    true
                }
                // `forall` and structs are in no type of a value
                (_, _) => false,
            };
            if !is_same {
                return Some(Change {
                    past: self.describe(past),
                    present: self.describe(present),
                });
            }
        }
        None
    }

    /// Whether a type is the same one, in the same or a later version of its package.
    fn follows(&self, past: &Identifier, present: &Identifier) -> bool {
        if past.module() != present.module() || past.name() != present.name() {
            return false;
        }
        let packages = (
            self.known.package(past.package()),
            self.known.package(present.package()),
        );
        match packages {
            (Some(past), Some(present)) => {
                past.name == present.name && past.version.numbers() <= present.version.numbers()
            }
            (None, None) => past.package() == present.package(),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn describe(&self, typ: &Type) -> String {
        match typ {
            Type::Con(id) => match self.known.package(id.package()) {
                Some(package) => format!("{typ} of {} {}", package.name, package.version),
                None => id.to_string(),
            },
            _ => typ.to_string(),
        }
    }
}

fn place(variable: &Name, params: &[Name]) -> Option<usize> {
    params.iter().rposition(|param| param == variable)
}

/// Kinds share their parts as types do.
pub(super) fn is_same_kind(past: &Arc<Kind>, present: &Arc<Kind>) -> bool {
    let mut open = vec![(past, present)];
    let mut seen = FxHashSet::default();
    while let Some((past, present)) = open.pop() {
        if !seen.insert((Arc::as_ptr(past), Arc::as_ptr(present))) {
            continue;
        }
        match (&**past, &**present) {
            (Kind::Star, Kind::Star) | (Kind::Nat, Kind::Nat) => {}
            (Kind::Arrow(a, b), Kind::Arrow(c, d)) => open.extend([(a, c), (b, d)]),
            (Kind::Star | Kind::Nat | Kind::Arrow(..), _) => return false,
        }
    }
    true
}

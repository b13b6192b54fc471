//! The language's order on values. Without recursion: values may be nested a million times.
//!
//! Values share their parts, so that a small one can be a tree of astronomic size when it is walked:
//! every comparison has a budget, and can be cancelled.

use std::cmp::Ordering;
use std::slice;
use std::sync::atomic::{self, AtomicBool};

use super::map;
use super::val::{Tree, Val};

/// Why two values have no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incomparable {
    /// Functions and updates have none.
    Functions,
    /// The values are of different types: the program is not well-typed.
    Types,
    /// The budget is used up, or the interpretation was cancelled.
    Interrupted,
}

/// Bytes of a text that are worth one step.
pub(super) const BYTES_PER_STEP: usize = 64;
/// Steps between two looks at whether the interpretation was cancelled.
const STEPS_PER_LOOK: u64 = 1 << 16;

/// What a comparison may cost.
pub(crate) struct Budget<'a> {
    /// Steps that are left.
    pub(super) left: u64,
    pub(super) cancelled: &'a AtomicBool,
}

impl Budget<'_> {
    fn spend(&mut self, a: &Val) -> Result<(), Incomparable> {
        let steps = match a {
            Val::Text(text) => 1 + (text.len() / BYTES_PER_STEP) as u64,
            _ => 1,
        };
        let look = self.left % STEPS_PER_LOOK < steps;
        if look && self.cancelled.load(atomic::Ordering::Relaxed) {
            return Err(Incomparable::Interrupted);
        }
        self.left = self.left.saturating_sub(steps);
        match self.left {
            0 => Err(Incomparable::Interrupted),
            _ => Ok(()),
        }
    }
}

/// What is left to compare at one level.
struct Level<'a> {
    pairs: Pairs<'a>,
    /// The order if all pairs are equal: the shorter one is less.
    rest: Ordering,
}

enum Pairs<'a> {
    Parts(slice::Iter<'a, Val>, slice::Iter<'a, Val>),
    Entries(std::vec::IntoIter<(&'a Val, &'a Val)>),
}

impl<'a> Pairs<'a> {
    fn next(&mut self) -> Option<(&'a Val, &'a Val)> {
        match self {
            Self::Parts(a, b) => Some((a.next()?, b.next()?)),
            Self::Entries(pairs) => pairs.next(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Parts(a, _) => a.len() == 0,
            Self::Entries(pairs) => pairs.len() == 0,
        }
    }
}

/// What one step finds.
enum Found<'a> {
    Order(Ordering),
    Deeper(Level<'a>),
}

/// Compares two values of one type.
pub(crate) fn order(a: &Val, b: &Val, budget: &mut Budget<'_>) -> Result<Ordering, Incomparable> {
    budget.spend(a)?;
    let mut levels = match step(a, b)? {
        Found::Order(order) => return Ok(order),
        Found::Deeper(level) => vec![level],
    };
    while let Some(level) = levels.last_mut() {
        let Some((a, b)) = level.pairs.next() else {
            let rest = level.rest;
            if rest.is_ne() {
                return Ok(rest);
            }
            levels.pop();
            continue;
        };
        budget.spend(a)?;
        match step(a, b)? {
            Found::Order(Ordering::Equal) => {}
            Found::Order(order) => return Ok(order),
            Found::Deeper(deeper) => {
                // the tail of a list needs no level of its own
                if level.pairs.is_empty() && level.rest.is_eq() {
                    levels.pop();
                }
                levels.push(deeper);
            }
        }
    }
    Ok(Ordering::Equal)
}

/// Compares two values that are known to be comparable: the keys of a map, of which one has been paid
/// for as often as it may be compared ([`Meter::comparable`]).
pub(super) fn total(a: &Val, b: &Val) -> Ordering {
    static NEVER: AtomicBool = AtomicBool::new(false);
    match (a, b) {
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Int64(a), Val::Int64(b)) => a.cmp(b),
        _ => {
            let mut budget = Budget {
                left: u64::MAX,
                cancelled: &NEVER,
            };
            order(a, b, &mut budget).unwrap_or(Ordering::Equal)
        }
    }
}

fn step<'a>(a: &'a Val, b: &'a Val) -> Result<Found<'a>, Incomparable> {
    let order = match (a, b) {
        (Val::Int64(a), Val::Int64(b)) | (Val::Timestamp(a), Val::Timestamp(b)) => a.cmp(b),
        (Val::Text(a), Val::Text(b)) => a.cmp(b),
        (Val::Bool(a), Val::Bool(b)) => a.cmp(b),
        (Val::Date(a), Val::Date(b)) => a.cmp(b),
        (Val::Party(a), Val::Party(b)) => a.cmp(b),
        (Val::ContractId(a), Val::ContractId(b)) => a.cmp(b),
        (Val::Numeric { .. }, Val::Numeric { .. }) => a.as_numeric().cmp(&b.as_numeric()),
        (Val::Enum { rank: a, .. }, Val::Enum { rank: b, .. }) => a.cmp(b),
        (Val::TypeRep(a), Val::TypeRep(b)) => a.order(b),
        (Val::Unit, Val::Unit) | (Val::Nil, Val::Nil) | (Val::None, Val::None) => Ordering::Equal,
        (Val::Nil, Val::Cons(_)) | (Val::None, Val::Some(_)) => Ordering::Less,
        (Val::Cons(_), Val::Nil) | (Val::Some(_), Val::None) => Ordering::Greater,
        (Val::Closure { .. }, Val::Closure { .. }) => return Err(Incomparable::Functions),
        _ => return deeper(a, b),
    };
    Ok(Found::Order(order))
}

fn deeper<'a>(a: &'a Val, b: &'a Val) -> Result<Found<'a>, Incomparable> {
    let parts = match (a, b) {
        (Val::Cons(a), Val::Cons(b))
        | (Val::Some(a), Val::Some(b))
        | (Val::Record(a), Val::Record(b))
        | (Val::Any(a), Val::Any(b))
        | (Val::Struct { parts: a, .. }, Val::Struct { parts: b, .. }) => (a, b),
        (
            Val::Variant {
                rank: ra, parts: a, ..
            },
            Val::Variant {
                rank: rb, parts: b, ..
            },
        ) => match ra.cmp(rb) {
            Ordering::Equal => (a, b),
            order => return Ok(Found::Order(order)),
        },
        (Val::TextMap(a), Val::TextMap(b)) | (Val::GenMap(a), Val::GenMap(b)) => {
            return Ok(Found::Deeper(maps(a, b)));
        }
        _ => return Err(Incomparable::Types),
    };
    Ok(Found::Deeper(Level {
        pairs: Pairs::Parts(parts.0.iter(), parts.1.iter()),
        rest: Ordering::Equal,
    }))
}

fn maps<'a>(a: &'a Tree, b: &'a Tree) -> Level<'a> {
    let pairs = map::entries(a).zip(map::entries(b));
    let pairs: Vec<_> = pairs
        .flat_map(|((ka, va), (kb, vb))| [(ka, kb), (va, vb)])
        .collect();
    Level {
        pairs: Pairs::Entries(pairs.into_iter()),
        rest: map::size(a).cmp(&map::size(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::Meter;
    use super::super::parts::Parts;
    use super::*;
    use crate::lf::compile::FunctionId;

    fn list(numbers: impl DoubleEndedIterator<Item = i64>) -> Val {
        Val::list(numbers.map(Val::Int64))
    }

    fn order(a: &Val, b: &Val) -> Result<Ordering, Incomparable> {
        Meter::unlimited().order(a, b)
    }

    fn function() -> Val {
        Val::Closure {
            function: FunctionId::default(),
            args: Parts::none(),
        }
    }

    #[test]
    fn lists_are_ordered_element_by_element_and_then_by_length() {
        let ascending = [list(0..0), list(1..2), list(1..3), list(2..3)];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(order(a, b), Ok(i.cmp(&j)));
            }
        }
    }

    #[test]
    fn long_lists_and_deep_values_compare_without_recursion() {
        let (a, b) = (list(0..1_000_000), list(0..1_000_000));
        assert_eq!(order(&a, &b), Ok(Ordering::Equal));
        let deep = || {
            (0..1_000_000).fold(Val::Unit, |inner, _| {
                Val::Record(Parts::two(inner, Val::None))
            })
        };
        assert_eq!(order(&deep(), &deep()), Ok(Ordering::Equal));
    }

    #[test]
    fn maps_are_ordered_by_entries_and_then_by_size() {
        let map = |entries: &[(i64, i64)]| {
            let tree = entries.iter().fold(None, |tree, (k, v)| {
                Some(map::insert(tree, Val::Int64(*k), Val::Int64(*v)))
            });
            Val::GenMap(tree)
        };
        let ascending = [
            map(&[]),
            map(&[(1, 1)]),
            map(&[(1, 1), (2, 0)]),
            map(&[(1, 2)]),
        ];
        for pair in ascending.windows(2) {
            assert_eq!(order(&pair[0], &pair[1]), Ok(Ordering::Less));
        }
    }

    #[test]
    fn functions_have_no_order_unless_something_before_decides() {
        let pair = |n, f| Val::Record(Parts::two(Val::Int64(n), f));
        assert_eq!(
            order(&function(), &function()),
            Err(Incomparable::Functions)
        );
        assert_eq!(
            order(&pair(1, function()), &pair(2, function())),
            Ok(Ordering::Less)
        );
        assert_eq!(
            order(&pair(1, function()), &pair(1, function())),
            Err(Incomparable::Functions)
        );
        assert_eq!(order(&Val::Unit, &Val::Nil), Err(Incomparable::Types));
    }
}

//! The parts of a value: a shared array, dropped without recursion on the thread's stack.

use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

use super::val::Val;

/// The parts of a record, list cell, closure and so on.
#[derive(Clone)]
pub(crate) struct Parts(Arc<[Val]>);

/// How deep drops may nest on the thread's stack before the rest goes through a work list. Shallow
/// values, nearly all there are, need no list.
const NATIVE_DROPS_MAX: u32 = 64;

thread_local! {
    static NATIVE_DROPS: Cell<u32> = const { Cell::new(0) };
}

impl Parts {
    /// One part.
    pub(crate) fn one(part: Val) -> Self {
        Self(Arc::new([part]))
    }

    /// Two parts.
    pub(crate) fn two(first: Val, second: Val) -> Self {
        Self(Arc::new([first, second]))
    }

    /// No parts.
    pub(crate) fn none() -> Self {
        Self(Arc::new([]))
    }

    /// Whether others have them, too.
    pub(super) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Where they are.
    pub(super) fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// The parts to write to: in place if nobody else has them, else in a copy.
    pub(crate) fn make_mut(&mut self) -> &mut [Val] {
        if Arc::strong_count(&self.0) != 1 {
            self.0 = self.0.iter().cloned().collect();
        }
        // nobody makes weak references
        Arc::get_mut(&mut self.0).unwrap_or_default()
    }

    /// The parts to take from, if nobody else has them.
    pub(crate) fn unique(&mut self) -> Option<&mut [Val]> {
        if Arc::strong_count(&self.0) == 1 {
            Arc::get_mut(&mut self.0)
        } else {
            None
        }
    }

    /// Takes a part out; the rest is about to be dropped.
    pub(crate) fn into_part(mut self, index: usize) -> Option<Val> {
        if let Some(parts) = self.unique() {
            return parts.get_mut(index).map(std::mem::take);
        }
        self.0.get(index).cloned()
    }

    /// Takes both parts of a pair.
    pub(crate) fn into_two(mut self) -> Option<(Val, Val)> {
        if let Some(parts) = self.unique() {
            let [first, second] = parts else { return None };
            return Some((std::mem::take(first), std::mem::take(second)));
        }
        let [first, second] = &*self.0 else {
            return None;
        };
        Some((first.clone(), second.clone()))
    }
}

impl FromIterator<Val> for Parts {
    fn from_iter<I: IntoIterator<Item = Val>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl Deref for Parts {
    type Target = [Val];
    fn deref(&self) -> &[Val] {
        &self.0
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let Some(parts) = self.unique() else { return };
        if !parts.iter().any(Val::has_parts) {
            return;
        }
        let depth = NATIVE_DROPS.get();
        if depth < NATIVE_DROPS_MAX {
            NATIVE_DROPS.set(depth + 1);
            parts.fill(Val::Unit);
            NATIVE_DROPS.set(depth);
        } else {
            drop_by_list(parts);
        }
    }
}

fn drop_by_list(parts: &mut [Val]) {
    let mut pending = Vec::new();
    take_nested(parts, &mut pending);
    while let Some(mut nested) = pending.pop() {
        if let Some(parts) = nested.unique() {
            take_nested(parts, &mut pending);
        }
    }
}

fn take_nested(parts: &mut [Val], pending: &mut Vec<Parts>) {
    pending.extend(parts.iter_mut().filter_map(Val::take_parts));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_a_million_elements_drops_on_a_small_stack() {
        let list = (0..1_000_000).fold(Val::Nil, |tail, n| {
            Val::Cons(Parts::two(Val::Int64(n), tail))
        });
        on_small_stack(move || drop(list));
    }

    #[test]
    fn a_value_nested_a_million_times_drops_on_a_small_stack() {
        let deep = (0..1_000_000).fold(Val::Unit, |inner, n| match n % 3 {
            0 => Val::Some(Parts::one(inner)),
            1 => Val::Record(Parts::two(inner, Val::Unit)),
            _ => Val::Cons(Parts::two(inner, Val::Nil)),
        });
        let shared = deep.clone();
        on_small_stack(move || {
            drop(deep);
            drop(shared);
        });
    }

    #[allow(clippy::disallowed_methods, reason = "a test of stack use")]
    fn on_small_stack(work: impl FnOnce() + Send + 'static) {
        let thread = std::thread::Builder::new().stack_size(128 * 1024);
        thread.spawn(work).unwrap().join().unwrap();
    }

    #[test]
    fn writing_to_shared_parts_leaves_the_other_owner_alone() {
        let mut mine = Parts::one(Val::Int64(1));
        let other = mine.clone();
        mine.make_mut()[0] = Val::Int64(2);
        assert!(matches!(other[0], Val::Int64(1)));
        assert!(matches!(mine[0], Val::Int64(2)));
    }
}

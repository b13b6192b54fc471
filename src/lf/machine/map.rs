//! Persistent maps: weight-balanced search trees of values.
//!
//! A node's parts are its size, key, value, left and right subtree. Nodes that nobody else has are
//! changed in place. The shape depends only on the operations, so it is the same everywhere.
//! Source of the balance: Hirai and Yamamoto, "Balancing weight-balanced trees", with (3, 2).

use std::cmp::Ordering;

use super::compare;
use super::parts::Parts;
use super::val::{Tree, Val};

const SIZE: usize = 0;
const KEY: usize = 1;
const VALUE: usize = 2;
const LEFT: usize = 3;
const RIGHT: usize = 4;

/// A subtree may weigh this many times its sibling.
const DELTA: i64 = 3;
/// Decides between a single and a double rotation.
const RATIO: i64 = 2;

/// The number of entries.
pub(crate) fn size(tree: &Tree) -> i64 {
    match tree.as_deref() {
        Some([Val::Int64(entries), ..]) => *entries,
        _ => 0,
    }
}

/// Comparisons that finding a key takes at most: twice the height of a perfect tree is more than the
/// balance allows.
pub(crate) fn height_max(tree: &Tree) -> u32 {
    2 * (i64::BITS - size(tree).leading_zeros())
}

fn child(node: &[Val], side: usize) -> Option<&Parts> {
    match node.get(side) {
        Some(Val::GenMap(tree)) => tree.as_ref(),
        _ => None,
    }
}

fn child_size(node: &[Val], side: usize) -> i64 {
    match child(node, side).map(|parts| &**parts) {
        Some([Val::Int64(entries), ..]) => *entries,
        _ => 0,
    }
}

fn take_child(node: &mut [Val], side: usize) -> Tree {
    match node.get_mut(side).map(std::mem::take) {
        Some(Val::GenMap(tree)) => tree,
        _ => None,
    }
}

/// Puts a node together again; its size follows from its children.
fn with_children(mut node: Parts, left: Tree, right: Tree) -> Parts {
    let size = size(&left) + size(&right) + 1;
    if let [old_size, _, _, old_left, old_right] = node.make_mut() {
        *old_size = Val::Int64(size);
        *old_left = Val::GenMap(left);
        *old_right = Val::GenMap(right);
    }
    node
}

fn singleton(key: Val, value: Val) -> Parts {
    let parts = [
        Val::Int64(1),
        key,
        value,
        Val::GenMap(None),
        Val::GenMap(None),
    ];
    parts.into_iter().collect()
}

/// The value at a key.
pub(crate) fn get<'a>(tree: &'a Tree, key: &Val) -> Option<&'a Val> {
    let mut node = tree.as_ref();
    while let Some(parts) = node {
        match compare::total(key, &parts[KEY]) {
            Ordering::Less => node = child(parts, LEFT),
            Ordering::Greater => node = child(parts, RIGHT),
            Ordering::Equal => return parts.get(VALUE),
        }
    }
    None
}

/// The map with an entry added or replaced.
pub(crate) fn insert(tree: Tree, key: Val, value: Val) -> Parts {
    let Some(mut node) = tree else {
        return singleton(key, value);
    };
    let side = match compare::total(&key, &node[KEY]) {
        Ordering::Less => LEFT,
        Ordering::Greater => RIGHT,
        Ordering::Equal => {
            node.make_mut()[VALUE] = value;
            return node;
        }
    };
    let child = take_child(node.make_mut(), side);
    let before = size(&child);
    let child = insert(child, key, value);
    with_child(node, side, before, Some(child))
}

/// The map without a key.
pub(crate) fn delete(tree: Tree, key: &Val) -> Tree {
    let mut node = tree?;
    let side = match compare::total(key, &node[KEY]) {
        Ordering::Less => LEFT,
        Ordering::Greater => RIGHT,
        Ordering::Equal => {
            let parts = node.make_mut();
            return glue(take_child(parts, LEFT), take_child(parts, RIGHT));
        }
    };
    let child = take_child(node.make_mut(), side);
    let before = size(&child);
    let child = delete(child, key);
    Some(with_child(node, side, before, child))
}

/// Puts a changed child into its place, of which the size was known before. The other child is not
/// touched unless the node has to be rotated: in a large map it is far away in memory.
fn with_child(mut node: Parts, side: usize, before: i64, child: Tree) -> Parts {
    let child_size = size(&child);
    let parts = node.make_mut();
    let total = match parts[SIZE] {
        Val::Int64(total) => total - before + child_size,
        _ => child_size + 1,
    };
    let sibling = total - 1 - child_size;
    let balanced = child_size <= DELTA * sibling && sibling <= DELTA * child_size;
    if balanced || total <= 2 {
        parts[SIZE] = Val::Int64(total);
        parts[side] = Val::GenMap(child);
        return node;
    }
    let other = take_child(parts, if side == LEFT { RIGHT } else { LEFT });
    let (left, right) = if side == LEFT {
        (child, other)
    } else {
        (other, child)
    };
    balance(node, left, right)
}

/// Joins the two sides of a deleted node.
fn glue(left: Tree, right: Tree) -> Tree {
    match (left, right) {
        (None, right) => right,
        (left, None) => left,
        (left, right) if size(&left) > size(&right) => {
            let (rest, last) = take_end(left?, RIGHT);
            Some(balance(last, rest, right))
        }
        (left, right) => {
            let (rest, first) = take_end(right?, LEFT);
            Some(balance(first, left, rest))
        }
    }
}

/// Takes the first or the last node out of a tree.
fn take_end(mut node: Parts, side: usize) -> (Tree, Parts) {
    let parts = node.make_mut();
    let (left, right) = (take_child(parts, LEFT), take_child(parts, RIGHT));
    let (near, far) = if side == LEFT {
        (left, right)
    } else {
        (right, left)
    };
    let Some(near) = near else {
        return (far, node);
    };
    let (rest, end) = take_end(near, side);
    let (left, right) = if side == LEFT {
        (rest, far)
    } else {
        (far, rest)
    };
    (Some(balance(node, left, right)), end)
}

/// Puts a node together whose children differ by at most one entry from a balanced state.
fn balance(node: Parts, left: Tree, right: Tree) -> Parts {
    let (weight_left, weight_right) = (size(&left), size(&right));
    if weight_left + weight_right <= 1 {
        return with_children(node, left, right);
    }
    match (left, right) {
        (left, Some(right)) if weight_right > DELTA * weight_left => {
            rotate(node, left, right, RIGHT)
        }
        (Some(left), right) if weight_left > DELTA * weight_right => {
            rotate(node, right, left, LEFT)
        }
        (left, right) => with_children(node, left, right),
    }
}

/// Children in order: `near` is the one on the light side.
fn on_sides(heavy_side: usize, near: Tree, far: Tree) -> (Tree, Tree) {
    if heavy_side == RIGHT {
        (near, far)
    } else {
        (far, near)
    }
}

/// Rotates towards the light side: `heavy` is the child on `heavy_side`.
fn rotate(node: Parts, light: Tree, mut heavy: Parts, heavy_side: usize) -> Parts {
    let inner_side = if heavy_side == RIGHT { LEFT } else { RIGHT };
    let single = child_size(&heavy, inner_side) < RATIO * child_size(&heavy, heavy_side);
    let parts = heavy.make_mut();
    let inner = take_child(parts, inner_side);
    let outer = take_child(parts, heavy_side);
    let join = |node, near, far| {
        let (left, right) = on_sides(heavy_side, near, far);
        with_children(node, left, right)
    };
    match inner {
        Some(mut inner) if !single => {
            let parts = inner.make_mut();
            let inner_near = take_child(parts, inner_side);
            let inner_far = take_child(parts, heavy_side);
            let near = join(node, light, inner_near);
            let far = join(heavy, inner_far, outer);
            join(inner, Some(near), Some(far))
        }
        inner => {
            let near = join(node, light, inner);
            join(heavy, Some(near), outer)
        }
    }
}

/// The entries in the order of their keys.
pub(crate) struct Entries<'a> {
    /// Nodes whose left side has been visited.
    path: Vec<&'a Parts>,
}

/// The entries in the order of their keys.
pub(crate) fn entries(tree: &Tree) -> Entries<'_> {
    let mut entries = Entries { path: Vec::new() };
    entries.descend(tree.as_ref());
    entries
}

impl<'a> Entries<'a> {
    fn descend(&mut self, mut node: Option<&'a Parts>) {
        while let Some(parts) = node {
            self.path.push(parts);
            node = child(parts, LEFT);
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a Val, &'a Val);
    fn next(&mut self) -> Option<Self::Item> {
        let node = self.path.pop()?;
        self.descend(child(node, RIGHT));
        match &**node {
            [_, key, value, ..] => Some((key, value)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use proptest::prelude::*;

    fn check(tree: &Tree) -> i64 {
        let Some(node) = tree else { return 0 };
        let side = |side| child(node, side).cloned();
        let (left, right) = (check(&side(LEFT)), check(&side(RIGHT)));
        let light = left.min(right);
        assert!(left + right <= 1 || left.max(right) <= DELTA * light.max(1));
        assert_eq!(size(tree), left + right + 1);
        left + right + 1
    }

    fn content(tree: &Tree) -> Vec<(i64, i64)> {
        let int = |val: &Val| match val {
            Val::Int64(n) => *n,
            _ => panic!("not an integer"),
        };
        entries(tree).map(|(k, v)| (int(k), int(v))).collect()
    }

    proptest! {
        #[test]
        fn maps_behave_like_sorted_maps_and_stay_balanced(
            operations in prop::collection::vec((any::<bool>(), 0_i64..60, any::<i64>()), 0..300)
        ) {
            let mut model = BTreeMap::new();
            let mut tree: Tree = None;
            let mut earlier = (None, Vec::new());
            for (index, (insertion, key, value)) in operations.into_iter().enumerate() {
                if insertion {
                    model.insert(key, value);
                    tree = Some(insert(tree, Val::Int64(key), Val::Int64(value)));
                } else {
                    model.remove(&key);
                    tree = delete(tree, &Val::Int64(key));
                }
                check(&tree);
                let found = get(&tree, &Val::Int64(key)).is_some();
                prop_assert_eq!(found, model.contains_key(&key));
                if index == 50 {
                    earlier = (tree.clone(), content(&tree));
                }
            }
            prop_assert_eq!(content(&tree), model.into_iter().collect::<Vec<_>>());
            // a version that was kept is still what it was
            prop_assert_eq!(content(&earlier.0), earlier.1);
        }

        #[test]
        fn texts_and_records_as_keys_are_in_the_order_of_code_points_and_fields(
            operations in prop::collection::vec((any::<bool>(), "[aZ\u{e9}\u{ff61}\u{1f602}]{0,3}", -2_i64..3), 0..60)
        ) {
            let (mut texts, mut records) = (BTreeMap::new(), BTreeSet::new());
            let (mut by_text, mut by_record): (Tree, Tree) = (None, None);
            for (insertion, text, number) in operations {
                let key = Val::text(text.clone());
                let pair = Val::Record(Parts::two(Val::Int64(number), key.clone()));
                if insertion {
                    texts.insert(text.clone(), number);
                    records.insert((number, text));
                    by_text = Some(insert(by_text, key, Val::Int64(number)));
                    by_record = Some(insert(by_record, pair, Val::Unit));
                } else {
                    texts.remove(&text);
                    records.remove(&(number, text));
                    by_text = delete(by_text, &key);
                    by_record = delete(by_record, &pair);
                }
            }
            let keys = |tree: &Tree| entries(tree).map(|(key, _)| key.clone()).collect::<Vec<_>>();
            let text = |val: &Val| match val {
                Val::Text(text) => text.to_string(),
                _ => panic!("not a text"),
            };
            let found: Vec<String> = keys(&by_text).iter().map(text).collect();
            prop_assert_eq!(found, texts.into_keys().collect::<Vec<_>>());
            let found = keys(&by_record).into_iter().map(|key| match key {
                Val::Record(parts) => match &parts[..] {
                    [Val::Int64(number), key] => (*number, text(key)),
                    _ => panic!("not a pair"),
                },
                _ => panic!("not a record"),
            });
            let found: Vec<(i64, String)> = found.collect();
            prop_assert_eq!(found, records.into_iter().collect::<Vec<_>>());
        }
    }
}

//! Text maps and generic maps.

use super::Context;
use crate::lf::ast::BuiltinFunction;
use crate::lf::compile::LayoutId;
use crate::lf::machine::{Fault, Meter, Parts, Tree, Val, map};
use crate::model::Name;

/// Steps of an operation that walks from the root of a map to a leaf.
const STEPS: usize = 2;
/// Bytes of an entry in a list: a cell and a pair.
const ENTRY_BYTES: usize = 160;

fn tree(builtin: BuiltinFunction, map: &Val) -> Result<&Tree, Fault> {
    match map {
        Val::TextMap(tree) | Val::GenMap(tree) => Ok(tree),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

/// `GENMAP_LOOKUP`, `TEXTMAP_LOOKUP`
pub(super) fn lookup(
    builtin: BuiltinFunction,
    key: &Val,
    map: &Val,
    meter: &mut Meter,
) -> Result<Val, Fault> {
    let tree = tree(builtin, map)?;
    meter.comparable(key, map::height_max(tree))?;
    let found = map::get(tree, key);
    Ok(Val::optional(found.cloned()))
}

/// `GENMAP_INSERT`, `TEXTMAP_INSERT`
pub(super) fn insert(
    builtin: BuiltinFunction,
    key: Val,
    value: Val,
    map: Val,
    meter: &mut Meter,
) -> Result<Val, Fault> {
    let height = map::height_max(tree(builtin, &map)?);
    meter.comparable(&key, height)?;
    meter.work(STEPS);
    charge_path(height, meter);
    match map {
        Val::TextMap(tree) => Ok(Val::TextMap(Some(map::insert(tree, key, value)))),
        Val::GenMap(tree) => Ok(Val::GenMap(Some(map::insert(tree, key, value)))),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

/// `GENMAP_DELETE`, `TEXTMAP_DELETE`
pub(super) fn delete(
    builtin: BuiltinFunction,
    key: &Val,
    map: Val,
    meter: &mut Meter,
) -> Result<Val, Fault> {
    let height = map::height_max(tree(builtin, &map)?);
    meter.comparable(key, height)?;
    meter.work(STEPS);
    charge_path(height, meter);
    match map {
        Val::TextMap(tree) => Ok(Val::TextMap(map::delete(tree, key))),
        Val::GenMap(tree) => Ok(Val::GenMap(map::delete(tree, key))),
        _ => Err(Fault::ill_typed(builtin.name())),
    }
}

/// Pays for the nodes from the root to an entry: they are copied if others have the map, too.
fn charge_path(height: u32, meter: &mut Meter) {
    for _ in 0..=height / 2 {
        meter.allocate_parts(5);
    }
}

/// `GENMAP_KEYS`, `GENMAP_VALUES`, `GENMAP_SIZE`, `TEXTMAP_TO_LIST`, `TEXTMAP_SIZE`
pub(super) fn contents(
    builtin: BuiltinFunction,
    map: &Val,
    context: &mut Context<'_>,
) -> Result<Val, Fault> {
    use BuiltinFunction as B;
    let tree = tree(builtin, map)?;
    if matches!(builtin, B::GenMapSize | B::TextMapSize) {
        return Ok(Val::Int64(map::size(tree)));
    }
    let size = usize::try_from(map::size(tree)).unwrap_or(usize::MAX);
    context.meter.work(size);
    context.meter.allocate(size.saturating_mul(ENTRY_BYTES))?;
    let layout = entry_layout(context);
    let mut elements = Vec::with_capacity(size);
    for (key, value) in map::entries(tree) {
        elements.push(match builtin {
            B::GenMapKeys => key.clone(),
            B::GenMapValues => value.clone(),
            _ => Val::Struct {
                layout: layout.map_err(Fault::ill_typed)?,
                parts: Parts::two(key.clone(), value.clone()),
            },
        });
    }
    Ok(Val::list(elements.into_iter()))
}

/// `⟨key, value⟩`: its names are known when any package is loaded.
fn entry_layout(context: &Context<'_>) -> Result<LayoutId, &'static str> {
    let names = context.names;
    let symbols = ["key", "value"].map(|name| names.find(&Name::literal(name)));
    match symbols {
        [Some(key), Some(value)] => names.find_layout(&[key, value]),
        _ => None,
    }
    .ok_or("TEXTMAP_TO_LIST")
}

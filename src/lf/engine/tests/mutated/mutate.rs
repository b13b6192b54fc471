//! One random change of a package.

use std::sync::Arc;

use super::parts;
use crate::lf::ast::parts::children;
use crate::lf::ast::{
    BuiltinFunction, DataCons, Expr, FailureCategory, Literal, Package, Ref, Type,
};
use crate::model::Name;

/// Numbers from a seed, by the `SplitMix64` generator.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        (!from.is_empty()).then(|| &from[self.below(from.len())])
    }
}

/// What a package is made of.
pub(super) struct Pool {
    exprs: Vec<Expr>,
    types: Vec<Arc<Type>>,
    names: Vec<Name>,
    references: Vec<Ref>,
    places: usize,
}

/// Expressions with more parts are not put elsewhere.
const SMALL: usize = 40;

impl Pool {
    pub(super) fn of(package: &mut Package) -> Self {
        let mut pool = Self {
            exprs: Vec::new(),
            types: Vec::new(),
            names: Vec::new(),
            references: Vec::new(),
            places: 0,
        };
        parts::visit(package, &mut |expr| {
            pool.places += 1;
            pool.types
                .extend(parts::types(expr).into_iter().map(|it| it.clone()));
            pool.names
                .extend(parts::names(expr).into_iter().map(|it| it.clone()));
            let references = parts::references(expr).into_iter();
            pool.references.extend(references.map(|it| it.clone()));
            if size(expr, SMALL) < SMALL {
                pool.exprs.push(expr.clone());
            }
        });
        pool
    }
}

/// How many expressions are in one, at most `limit`.
fn size(expr: &mut Expr, limit: usize) -> usize {
    let mut size = 1;
    for child in children(expr) {
        if size >= limit {
            break;
        }
        size += self::size(child, limit - size);
    }
    size.min(limit)
}

/// Changes something at random.
pub(super) fn mutate(package: &mut Package, pool: &Pool, dice: &mut Dice) {
    if dice.below(12) == 0 {
        return definition(package, pool, dice);
    }
    if pool.places == 0 {
        return;
    }
    let place = dice.below(pool.places);
    let mut at = 0;
    parts::visit(package, &mut |expr| {
        if at == place {
            expression(expr, pool, dice);
        }
        at += 1;
    });
}

fn expression(expr: &mut Expr, pool: &Pool, dice: &mut Dice) {
    match dice.below(9) {
        0 => {
            let found = dice.pick(&pool.exprs).cloned();
            *expr = found.unwrap_or(Expr::Con(crate::lf::ast::BuiltinCon::Unit));
        }
        1 => {
            let mut children = children(expr);
            if !children.is_empty() {
                let child = dice.below(children.len());
                let child = children.swap_remove(child).clone();
                *expr = child;
            }
        }
        2 => swap(expr, dice),
        3 => put(parts::types(expr), &pool.types, dice),
        4 => put(parts::names(expr), &pool.names, dice),
        5 => put(parts::references(expr), &pool.references, dice),
        6 => drop_one(expr, dice),
        7 => *expr = Expr::Builtin(*dice.pick(BuiltinFunction::ALL).unwrap()),
        _ => match parts::literal(expr) {
            Some(literal) => *literal = other_literal(literal, dice),
            None => swap(expr, dice),
        },
    }
}

/// Puts something else in one of some places.
fn put<T: Clone>(places: Vec<&mut T>, from: &[T], dice: &mut Dice) {
    let count = places.len();
    if let (Some(found), true) = (dice.pick(from), count > 0) {
        let place = dice.below(count);
        *places.into_iter().nth(place).unwrap() = found.clone();
    }
}

/// Two parts change their places.
fn swap(expr: &mut Expr, dice: &mut Dice) {
    let mut children = children(expr);
    if children.len() < 2 {
        return;
    }
    let (one, other) = (dice.below(children.len()), dice.below(children.len()));
    let taken = (children[one].clone(), children[other].clone());
    *children[one] = taken.1;
    *children[other] = taken.0;
}

/// Leaves out an argument, element, field, alternative, binding.
fn drop_one(expr: &mut Expr, dice: &mut Dice) {
    fn from<T>(list: &mut Vec<T>, dice: &mut Dice) {
        if !list.is_empty() {
            let place = dice.below(list.len());
            list.remove(place);
        }
    }
    match expr {
        Expr::App { args, .. } => from(args, dice),
        Expr::TypeApp { types, .. } => from(types, dice),
        Expr::Abs { params, .. } => from(params, dice),
        Expr::TypeAbs { params, .. } => from(params, dice),
        Expr::Case { alternatives, .. } => from(alternatives, dice),
        Expr::Let { bindings, .. } => from(bindings, dice),
        Expr::Cons { front, .. } => from(front, dice),
        Expr::RecordCon { fields, .. } | Expr::StructCon { fields } => from(fields, dice),
        _ => swap(expr, dice),
    }
}

fn other_literal(literal: &Literal, dice: &mut Dice) -> Literal {
    let one = |dice: &mut Dice, from: &[i64]| *dice.pick(from).unwrap();
    match literal {
        Literal::Int64(_) => Literal::Int64(one(dice, &[i64::MIN, i64::MAX, 0, -1, 38, 1 << 40])),
        Literal::Timestamp(_) => Literal::Timestamp(one(
            dice,
            &[
                -62_135_596_800_000_000,
                253_402_300_799_999_999,
                0,
                i64::MAX,
            ],
        )),
        Literal::Date(_) => {
            let days = one(dice, &[-719_162, 2_932_896, 0, 2_932_897]);
            Literal::Date(i32::try_from(days).unwrap())
        }
        Literal::Numeric(text) => {
            let scale = text.rsplit('.').next().map_or(0, str::len);
            Literal::Numeric(
                format!("{}.{}", "9".repeat(38 - scale.min(37)), "9".repeat(scale)).into(),
            )
        }
        Literal::Text(_) => Literal::Text(
            dice.pick(&["", "\u{10ffff}é", "-0", "00ff"])
                .copied()
                .unwrap()
                .into(),
        ),
        Literal::FailureCategory(_) => {
            Literal::FailureCategory(FailureCategory::InvalidIndependentOfSystemState)
        }
    }
}

/// Changes a definition, not what is in it.
fn definition(package: &mut Package, pool: &Pool, dice: &mut Dice) {
    let module = dice.below(package.modules.len());
    let module = &mut package.modules[module];
    match dice.below(6) {
        0 => {
            let types: Vec<_> = module.values.iter_mut().map(|it| &mut it.typ).collect();
            put(types, &pool.types, dice);
        }
        1 => {
            let data: Vec<_> = module
                .data_types
                .iter_mut()
                .map(|it| &mut it.serializable)
                .collect();
            put(data, &[true, false], dice);
        }
        2 => {
            let fields = module
                .data_types
                .iter_mut()
                .flat_map(|it| match &mut it.cons {
                    DataCons::Record(of) | DataCons::Variant(of) => of.iter_mut().collect(),
                    DataCons::Enum(_) | DataCons::Interface => Vec::new(),
                });
            put(fields.map(|(_, typ)| typ).collect(), &pool.types, dice);
        }
        3 => {
            let choices = module.templates.iter_mut().flat_map(|it| &mut it.choices);
            let types = choices.flat_map(|it| [&mut it.arg.1, &mut it.result]);
            put(types.collect(), &pool.types, dice);
        }
        4 => {
            let place = dice.below(module.data_types.len().max(1));
            if place < module.data_types.len() {
                module.data_types.remove(place);
            }
        }
        _ => {
            for template in &mut module.templates {
                template.choices.pop();
                template.key = None;
                template.implements.pop();
            }
        }
    }
}

//! Expressions of a package put into other places: well-formed and, most of the time, ill-typed.

use super::random::Random;
use crate::lf::ast::parts::{children, roots};
use crate::lf::ast::{Expr, Package};

/// Puts a copy of some expression of the package in the place of some other, a few times.
pub(super) fn splice(random: &mut Random, package: &Package) -> Package {
    let mut changed = package.clone();
    for _ in 0..=random.below(3) {
        let mut all = Vec::new();
        each(&mut changed, &mut |expr| all.push(expr.clone()));
        let (from, to) = (random.pick(&all).clone(), random.below(all.len()));
        let mut index = 0;
        each(&mut changed, &mut |expr| {
            if index == to {
                *expr = from.clone();
            }
            index += 1;
        });
    }
    changed
}

/// Visits every expression of a package, inner ones first.
fn each(package: &mut Package, visit: &mut impl FnMut(&mut Expr)) {
    for module in &mut package.modules {
        for root in roots(module) {
            walk(root, visit);
        }
    }
}

fn walk(expr: &mut Expr, visit: &mut impl FnMut(&mut Expr)) {
    for part in children(expr) {
        walk(part, visit);
    }
    visit(expr);
}

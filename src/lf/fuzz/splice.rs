//! Expressions of a package put into other places: well-formed and, most of the time, ill-typed.

use bolero::TypeGenerator;

use super::changes::pick;
use crate::lf::ast::parts::{children, roots};
use crate::lf::ast::{Expr, Package};

/// A package, and which of its expressions to copy where, by their position.
#[derive(Debug, Clone, TypeGenerator)]
pub(super) struct Splices {
    package: u16,
    #[generator(bolero::produce::<Vec<(u16, u16)>>().with().len(1..4usize))]
    moves: Vec<(u16, u16)>,
}

/// Puts copies of expressions of one of the packages in the places of others of it.
pub(super) fn splice(splices: &Splices, packages: &[Package]) -> Package {
    let mut changed = pick(packages, splices.package.into()).clone();
    for &(from, to) in &splices.moves {
        let mut all = Vec::new();
        each(&mut changed, &mut |expr| all.push(expr.clone()));
        let from = pick(&all, from.into()).clone();
        let to = usize::from(to) % all.len();
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

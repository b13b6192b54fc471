//! From the archive's expressions to trees with everything resolved.
//!
//! Evaluation order is that of Canton's engine, since it decides which of two errors is met and which
//! exception is caught: strict, operands and arguments from right to left, then the function that is
//! applied; a record's fields in the reverse of the order in which they are written. An update that is
//! built has evaluated what it is built from. Where building an update does nothing that could be noticed
//! (`total`), the code that runs it is compiled at once and the building is left out.

mod scope;
mod total;

mod apply;
mod case;
mod data;
mod expression;
mod interface;
mod update;

pub(super) use scope::{Key, Lowerer};
pub(super) use total::is_total;

use super::Error;
use super::ir::Body;
use super::package::Compiler;
use crate::lf::ast::{Expr, Location, Update};
use crate::model::Name;

/// A definition without its leading parameters.
pub(super) struct Params<'a> {
    pub(super) names: Vec<&'a Name>,
    pub(super) body: &'a Expr,
}

/// Takes the parameters off a function. The body still has its types and locations.
pub(super) fn peel(expr: &Expr) -> Params<'_> {
    let mut names = Vec::new();
    let mut body = expr;
    while let Expr::Abs {
        params,
        body: inner,
    } = strip(body)
    {
        names.extend(params.iter().map(|(name, _)| name));
        body = inner;
    }
    Params { names, body }
}

/// An expression without what has no meaning at run time.
pub(super) fn strip(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Located(_, inner)
            | Expr::TypeAbs { body: inner, .. }
            | Expr::TypeApp { expr: inner, .. } => inner,
            other => return other,
        };
    }
}

/// Where an expression says it is from: the innermost of the locations around it.
pub(super) fn location(mut expr: &Expr) -> Option<&Location> {
    let mut found = None;
    loop {
        expr = match expr {
            Expr::Located(location, inner) => {
                found = Some(&**location);
                inner
            }
            Expr::TypeAbs { body: inner, .. } | Expr::TypeApp { expr: inner, .. } => inner,
            _ => return found,
        };
    }
}

/// Whether an expression is written as an update.
pub(super) fn is_update(body: &Expr) -> bool {
    match strip(body) {
        // these are functions that yield updates
        Expr::Update(update) => !matches!(
            **update,
            Update::FetchByKey { .. } | Update::QueryNByKey { .. }
        ),
        _ => false,
    }
}

/// The body of a definition: to compute its value, or to run the update that it is.
pub(super) fn function<'a>(
    compiler: &mut Compiler<'a>,
    expr: &'a Expr,
    run: bool,
) -> Result<Body, Error> {
    let Params { names, body } = peel(expr);
    let mut lowerer = Lowerer::new(compiler);
    let params = names.iter().map(|name| lowerer.bind_name(name)).collect();
    let ir = if run {
        lowerer.run(body)?
    } else {
        lowerer.value(body)?
    };
    Ok(lowerer.finish(params, ir, run))
}

/// A function of one argument that applies an expression to it.
pub(super) fn applied<'a>(compiler: &mut Compiler<'a>, expr: &'a Expr) -> Result<Body, Error> {
    let mut lowerer = Lowerer::new(compiler);
    let param = lowerer.fresh();
    let ir = lowerer.apply_to_vars(expr, &[param])?;
    Ok(lowerer.finish(vec![param], ir, false))
}

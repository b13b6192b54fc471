//! Whether evaluating an expression can neither fail, nor run long, nor be noticed otherwise.

use super::strip;
use crate::lf::ast::{Expr, Update};
use crate::lf::builtins;
use crate::lf::compile::package::Compiler;
use crate::lf::compile::program::Definition;

/// How deep to look; anything deeper counts as not total.
const DEPTH_MAX: usize = 20;

/// Whether evaluation can be put off without anyone noticing.
pub(in crate::lf::compile) fn is_total(compiler: &Compiler<'_>, expr: &Expr) -> bool {
    total(compiler, expr, DEPTH_MAX)
}

fn total(compiler: &Compiler<'_>, expr: &Expr, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let all = |exprs: &[&Expr]| exprs.iter().all(|expr| total(compiler, expr, depth));
    match strip(expr) {
        Expr::Var(_)
        | Expr::Builtin(_)
        | Expr::Con(_)
        | Expr::Lit(_)
        | Expr::EnumCon { .. }
        | Expr::Abs { .. }
        | Expr::Nil(_)
        | Expr::None(_)
        | Expr::TypeRep(_) => true,
        Expr::Val(reference) => matches!(
            compiler.definition(reference),
            Ok(Definition::Function { .. })
        ),
        Expr::RecordCon { fields, .. } | Expr::StructCon { fields } => fields
            .iter()
            .all(|(_, field)| total(compiler, field, depth)),
        Expr::RecordProj { record: expr, .. }
        | Expr::StructProj { strukt: expr, .. }
        | Expr::VariantCon { arg: expr, .. }
        | Expr::Some { value: expr, .. }
        | Expr::ToAny { expr, .. }
        | Expr::FromAny { expr, .. }
        | Expr::ToAnyException { expr, .. }
        | Expr::FromAnyException { expr, .. }
        | Expr::ToInterface { expr, .. }
        | Expr::ToRequiredInterface { expr, .. } => all(&[expr]),
        Expr::RecordUpdate { record, update, .. } => all(&[record, update]),
        Expr::StructUpdate { strukt, update, .. } => all(&[strukt, update]),
        Expr::Cons { front, tail, .. } => {
            front.iter().all(|e| total(compiler, e, depth)) && all(&[tail])
        }
        Expr::App { function, args } => {
            is_partial(compiler, function, args.len())
                && args.iter().all(|e| total(compiler, e, depth))
        }
        Expr::Update(update) => total_update(compiler, update, depth),
        _ => false,
    }
}

/// Whether an application only collects arguments.
fn is_partial(compiler: &Compiler<'_>, function: &Expr, args: usize) -> bool {
    match strip(function) {
        Expr::Builtin(builtin) => args < builtins::arity(*builtin),
        Expr::Val(reference) => matches!(
            compiler.definition(reference),
            Ok(Definition::Function { arity, .. }) if args < usize::from(arity)
        ),
        _ => false,
    }
}

/// Whether an update can be built without evaluating anything that matters.
fn total_update(compiler: &Compiler<'_>, update: &Update, depth: usize) -> bool {
    let all = |exprs: &[&Expr]| exprs.iter().all(|expr| total(compiler, expr, depth));
    match update {
        Update::Pure { expr, .. } | Update::LedgerTimeLt(expr) => all(&[expr]),
        Update::Block { bindings, .. } => bindings
            .first()
            .is_none_or(|binding| total(compiler, &binding.bound, depth)),
        Update::Create { arg, .. } => all(&[arg]),
        Update::Exercise {
            contract_id, arg, ..
        }
        | Update::ExerciseInterface {
            contract_id, arg, ..
        } => all(&[contract_id, arg]),
        Update::ExerciseByKey { key, arg, .. } => all(&[key, arg]),
        Update::Fetch { contract_id, .. } | Update::FetchInterface { contract_id, .. } => {
            all(&[contract_id])
        }
        Update::CreateInterface { .. }
        | Update::FetchByKey { .. }
        | Update::QueryNByKey { .. }
        | Update::GetTime
        | Update::Embed { .. }
        | Update::TryCatch { .. } => true,
    }
}

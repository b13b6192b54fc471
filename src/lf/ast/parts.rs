//! The expressions that others consist of, to be changed by tests.

use super::{Binding, Expr, Module, Update};

/// The expressions of a module, outermost ones.
pub(crate) fn roots(module: &mut Module) -> Vec<&mut Expr> {
    let mut roots: Vec<&mut Expr> = module.values.iter_mut().map(|it| &mut it.expr).collect();
    for exception in &mut module.exceptions {
        roots.push(&mut exception.message);
    }
    for template in &mut module.templates {
        roots.extend([&mut template.signatories, &mut template.observers]);
        roots.extend(&mut template.precondition);
        for choice in &mut template.choices {
            roots.extend([&mut choice.controllers, &mut choice.update]);
            roots.extend(&mut choice.observers);
        }
        for instance in &mut template.implements {
            roots.push(&mut instance.view);
            roots.extend(instance.methods.iter_mut().map(|(_, expr)| expr));
        }
        if let Some(key) = &mut template.key {
            roots.extend([&mut key.key, &mut key.maintainers]);
        }
    }
    for interface in &mut module.interfaces {
        for choice in &mut interface.choices {
            roots.extend([&mut choice.controllers, &mut choice.update]);
            roots.extend(&mut choice.observers);
        }
    }
    roots
}

fn bound(bindings: &mut [Binding]) -> impl Iterator<Item = &mut Expr> {
    bindings.iter_mut().map(|binding| &mut binding.bound)
}

/// The expressions just below one.
pub(crate) fn children(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Var(_)
        | Expr::Val(_)
        | Expr::Builtin(_)
        | Expr::Con(_)
        | Expr::Lit(_)
        | Expr::EnumCon { .. }
        | Expr::Nil(_)
        | Expr::None(_)
        | Expr::TypeRep(_) => Vec::new(),
        Expr::RecordCon { fields, .. } | Expr::StructCon { fields } => {
            fields.iter_mut().map(|(_, expr)| expr).collect()
        }
        Expr::RecordUpdate { record, update, .. } => vec![record, update],
        Expr::StructUpdate { strukt, update, .. } => vec![strukt, update],
        Expr::App { function, args } => std::iter::once(&mut **function).chain(args).collect(),
        Expr::Cons { front, tail, .. } => front.iter_mut().chain([&mut **tail]).collect(),
        Expr::Let { bindings, body } => bound(bindings).chain([&mut **body]).collect(),
        Expr::Case {
            scrutinee,
            alternatives,
        } => {
            let bodies = alternatives.iter_mut().map(|it| &mut it.body);
            std::iter::once(&mut **scrutinee).chain(bodies).collect()
        }
        Expr::UnsafeFromInterface {
            contract_id, expr, ..
        }
        | Expr::UnsafeFromRequiredInterface {
            contract_id, expr, ..
        } => vec![contract_id, expr],
        Expr::Update(update) => in_update(update),
        Expr::RecordProj { record: expr, .. }
        | Expr::VariantCon { arg: expr, .. }
        | Expr::StructProj { strukt: expr, .. }
        | Expr::TypeApp { expr, .. }
        | Expr::Abs { body: expr, .. }
        | Expr::TypeAbs { body: expr, .. }
        | Expr::Some { value: expr, .. }
        | Expr::ToAny { expr, .. }
        | Expr::FromAny { expr, .. }
        | Expr::ToAnyException { expr, .. }
        | Expr::FromAnyException { expr, .. }
        | Expr::Throw {
            exception: expr, ..
        }
        | Expr::ToInterface { expr, .. }
        | Expr::FromInterface { expr, .. }
        | Expr::ToRequiredInterface { expr, .. }
        | Expr::FromRequiredInterface { expr, .. }
        | Expr::CallInterface { expr, .. }
        | Expr::ViewInterface { expr, .. }
        | Expr::SignatoryInterface { expr, .. }
        | Expr::ObserverInterface { expr, .. }
        | Expr::InterfaceTemplateTypeRep { expr, .. }
        | Expr::Located(_, expr) => vec![expr],
    }
}

fn in_update(update: &mut Update) -> Vec<&mut Expr> {
    match update {
        Update::Pure { expr, .. } | Update::Embed { expr, .. } | Update::LedgerTimeLt(expr) => {
            vec![expr]
        }
        Update::Block { bindings, body } => bound(bindings).chain([body]).collect(),
        Update::Create { arg, .. } | Update::CreateInterface { arg, .. } => vec![arg],
        Update::Exercise {
            contract_id, arg, ..
        }
        | Update::ExerciseInterface {
            contract_id, arg, ..
        } => vec![contract_id, arg],
        Update::ExerciseByKey { key, arg, .. } => vec![key, arg],
        Update::Fetch { contract_id, .. } | Update::FetchInterface { contract_id, .. } => {
            vec![contract_id]
        }
        Update::TryCatch { body, handler, .. } => vec![body, handler],
        Update::FetchByKey { .. } | Update::QueryNByKey { .. } | Update::GetTime => Vec::new(),
    }
}

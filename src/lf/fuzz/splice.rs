//! Expressions of a package put into other places: well-formed and, most of the time, ill-typed.

use super::random::Random;
use crate::lf::ast::{Choice, Expr, Package, Update};

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
        for value in &mut module.values {
            walk(&mut value.expr, visit);
        }
        for exception in &mut module.exceptions {
            walk(&mut exception.message, visit);
        }
        for interface in &mut module.interfaces {
            interface
                .choices
                .iter_mut()
                .for_each(|it| choice(it, visit));
        }
        for template in &mut module.templates {
            let key = template.key.iter_mut();
            let parts = template.precondition.iter_mut();
            let parts = parts.chain([&mut template.signatories, &mut template.observers]);
            for part in parts.chain(key.flat_map(|key| [&mut key.key, &mut key.maintainers])) {
                walk(part, visit);
            }
            template.choices.iter_mut().for_each(|it| choice(it, visit));
            for instance in &mut template.implements {
                walk(&mut instance.view, visit);
                for (_, method) in &mut instance.methods {
                    walk(method, visit);
                }
            }
        }
    }
}

fn choice(choice: &mut Choice, visit: &mut impl FnMut(&mut Expr)) {
    walk(&mut choice.controllers, visit);
    if let Some(observers) = &mut choice.observers {
        walk(observers, visit);
    }
    walk(&mut choice.update, visit);
}

fn walk(expr: &mut Expr, visit: &mut impl FnMut(&mut Expr)) {
    for part in parts(expr) {
        walk(part, visit);
    }
    visit(expr);
}

/// The expressions that an expression consists of.
fn parts(expr: &mut Expr) -> Vec<&mut Expr> {
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
        Expr::RecordProj { record: expr, .. }
        | Expr::StructProj { strukt: expr, .. }
        | Expr::VariantCon { arg: expr, .. }
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
        Expr::RecordUpdate { record, update, .. } => vec![record, update],
        Expr::StructUpdate { strukt, update, .. } => vec![strukt, update],
        Expr::UnsafeFromInterface {
            contract_id, expr, ..
        }
        | Expr::UnsafeFromRequiredInterface {
            contract_id, expr, ..
        } => vec![contract_id, expr],
        Expr::App { function, args } => [&mut **function].into_iter().chain(args).collect(),
        Expr::Cons { front, tail, .. } => front.iter_mut().chain([&mut **tail]).collect(),
        Expr::Let { bindings, body } => {
            let bound = bindings.iter_mut().map(|binding| &mut binding.bound);
            bound.chain([&mut **body]).collect()
        }
        Expr::Case {
            scrutinee,
            alternatives,
        } => {
            let bodies = alternatives.iter_mut().map(|it| &mut it.body);
            [&mut **scrutinee].into_iter().chain(bodies).collect()
        }
        Expr::Update(update) => update_parts(update),
    }
}

fn update_parts(update: &mut Update) -> Vec<&mut Expr> {
    match update {
        Update::Pure { expr, .. }
        | Update::Embed { expr, .. }
        | Update::Create { arg: expr, .. }
        | Update::CreateInterface { arg: expr, .. }
        | Update::Fetch {
            contract_id: expr, ..
        }
        | Update::FetchInterface {
            contract_id: expr, ..
        }
        | Update::LedgerTimeLt(expr) => vec![expr],
        Update::Exercise {
            contract_id, arg, ..
        }
        | Update::ExerciseInterface {
            contract_id, arg, ..
        } => vec![contract_id, arg],
        Update::ExerciseByKey { key, arg, .. } => vec![key, arg],
        Update::Block { bindings, body } => {
            let bound = bindings.iter_mut().map(|binding| &mut binding.bound);
            bound.chain([body]).collect()
        }
        Update::TryCatch { body, handler, .. } => vec![body, handler],
        Update::FetchByKey { .. } | Update::QueryNByKey { .. } | Update::GetTime => Vec::new(),
    }
}

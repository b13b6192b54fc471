//! The parts of expressions, to be changed.

use std::sync::Arc;

use crate::lf::ast::{Binding, Expr, Literal, Module, Package, Pattern, Ref, Type, Update};
use crate::lf::stack::with_room;
use crate::model::Name;

/// The expressions of a module, outermost ones.
pub(super) fn roots(module: &mut Module) -> Vec<&mut Expr> {
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

/// Shows every expression of a package, each before those in it.
pub(super) fn visit(package: &mut Package, look: &mut dyn FnMut(&mut Expr)) {
    for module in &mut package.modules {
        for root in roots(module) {
            visit_expr(root, look);
        }
    }
}

fn visit_expr(expr: &mut Expr, look: &mut dyn FnMut(&mut Expr)) {
    look(expr);
    with_room(|| {
        for child in children(expr) {
            visit_expr(child, look);
        }
    });
}

fn bound(bindings: &mut [Binding]) -> impl Iterator<Item = &mut Expr> {
    bindings.iter_mut().map(|binding| &mut binding.bound)
}

/// The expressions just below one.
pub(super) fn children(expr: &mut Expr) -> Vec<&mut Expr> {
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

/// The types that an expression names, without those below it.
pub(super) fn types(expr: &mut Expr) -> Vec<&mut Arc<Type>> {
    match expr {
        Expr::RecordCon { tycon, .. }
        | Expr::RecordProj { tycon, .. }
        | Expr::RecordUpdate { tycon, .. }
        | Expr::VariantCon { tycon, .. } => tycon.args.iter_mut().collect(),
        Expr::TypeApp { types, .. } => types.iter_mut().collect(),
        Expr::Abs { params, .. } => params.iter_mut().map(|(_, typ)| typ).collect(),
        Expr::Let { bindings, .. } => bindings.iter_mut().map(|it| &mut it.typ).collect(),
        Expr::Nil(typ)
        | Expr::None(typ)
        | Expr::TypeRep(typ)
        | Expr::Cons { element: typ, .. }
        | Expr::Some { element: typ, .. }
        | Expr::ToAny { typ, .. }
        | Expr::FromAny { typ, .. }
        | Expr::ToAnyException { typ, .. }
        | Expr::FromAnyException { typ, .. } => vec![typ],
        Expr::Throw {
            result,
            exception_type,
            ..
        } => vec![result, exception_type],
        Expr::Update(update) => match &mut **update {
            Update::Pure { typ, .. }
            | Update::Embed { typ, .. }
            | Update::TryCatch { result: typ, .. } => vec![typ],
            Update::Block { bindings, .. } => bindings.iter_mut().map(|it| &mut it.typ).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The names that an expression uses or binds, without those below it.
pub(super) fn names(expr: &mut Expr) -> Vec<&mut Name> {
    match expr {
        Expr::Var(name)
        | Expr::RecordProj { field: name, .. }
        | Expr::RecordUpdate { field: name, .. }
        | Expr::VariantCon {
            constructor: name, ..
        }
        | Expr::EnumCon {
            constructor: name, ..
        }
        | Expr::StructProj { field: name, .. }
        | Expr::StructUpdate { field: name, .. }
        | Expr::CallInterface { method: name, .. } => vec![name],
        Expr::RecordCon { fields, .. } | Expr::StructCon { fields } => {
            fields.iter_mut().map(|(name, _)| name).collect()
        }
        Expr::Abs { params, .. } => params.iter_mut().map(|(name, _)| name).collect(),
        Expr::TypeAbs { params, .. } => params.iter_mut().map(|(name, _)| name).collect(),
        Expr::Let { bindings, .. } => bindings.iter_mut().map(|it| &mut it.name).collect(),
        Expr::Case { alternatives, .. } => {
            let patterns = alternatives.iter_mut().map(|it| &mut it.pattern);
            patterns.flat_map(in_pattern).collect()
        }
        _ => Vec::new(),
    }
}

fn in_pattern(pattern: &mut Pattern) -> Vec<&mut Name> {
    match pattern {
        Pattern::Variant {
            constructor,
            binder,
            ..
        } => vec![constructor, binder],
        Pattern::Enum { constructor, .. } => vec![constructor],
        Pattern::Cons { head, tail } => vec![head, tail],
        Pattern::Some { body } => vec![body],
        Pattern::Default | Pattern::Builtin(_) | Pattern::Nil | Pattern::None => Vec::new(),
    }
}

/// The definitions that an expression names, without those below it.
pub(super) fn references(expr: &mut Expr) -> Vec<&mut Ref> {
    match expr {
        Expr::Val(reference)
        | Expr::EnumCon {
            tycon: reference, ..
        } => vec![reference],
        Expr::RecordCon { tycon, .. }
        | Expr::RecordProj { tycon, .. }
        | Expr::RecordUpdate { tycon, .. }
        | Expr::VariantCon { tycon, .. } => vec![&mut tycon.con],
        Expr::ToInterface {
            interface,
            template,
            ..
        }
        | Expr::FromInterface {
            interface,
            template,
            ..
        } => vec![interface, template],
        Expr::CallInterface { interface, .. } | Expr::ViewInterface { interface, .. } => {
            vec![interface]
        }
        Expr::Update(update) => match &mut **update {
            Update::Create { template: of, .. }
            | Update::Fetch { template: of, .. }
            | Update::Exercise { template: of, .. }
            | Update::CreateInterface { interface: of, .. }
            | Update::FetchInterface { interface: of, .. }
            | Update::ExerciseInterface { interface: of, .. }
            | Update::ExerciseByKey { template: of, .. }
            | Update::FetchByKey { template: of }
            | Update::QueryNByKey { template: of } => vec![of],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The literals of an expression.
pub(super) fn literal(expr: &mut Expr) -> Option<&mut Literal> {
    match expr {
        Expr::Lit(literal) => Some(literal),
        _ => None,
    }
}

//! The parts of expressions, to be changed.

use std::sync::Arc;

use crate::lf::ast::parts::{children, roots};
use crate::lf::ast::{Expr, Literal, Package, Pattern, Ref, Type, Update};
use crate::lf::stack::with_room;
use crate::model::Name;

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

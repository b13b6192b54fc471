//! The types of expressions: variables, functions, literals, and what has no file of its own.

use std::sync::Arc;

use super::arena::{Kd, Node, Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use crate::lf::ast::{
    Binding, BuiltinCon, BuiltinType, Expr, Kind, LanguageVersion, Literal, Type,
};
use crate::lf::literals;
use crate::lf::stack::with_room;
use crate::model::{Name, Timestamp};

impl Checker<'_> {
    /// An expression that must be of a type.
    pub(super) fn check(&mut self, expr: &Expr, expected: Ty) -> Result<()> {
        let found = self.infer(expr)?;
        self.expect(expected, found)
    }

    /// Two types that must be the same.
    pub(super) fn expect(&self, expected: Ty, found: Ty) -> Result<()> {
        if expected == found {
            return Ok(());
        }
        Err(Box::new(Fault::Type {
            expected: self.arena.show(expected),
            found: self.arena.show(found),
        }))
    }

    /// The type of an expression.
    pub(super) fn infer(&mut self, expr: &Expr) -> Result<Ty> {
        with_room(|| self.form(expr))
    }

    fn form(&mut self, expr: &Expr) -> Result<Ty> {
        self.arena.spend(1)?;
        match expr {
            Expr::Var(name) => self.scope.value(name),
            Expr::Val(reference) => self.value(reference),
            Expr::Builtin(function) => self.builtin(*function),
            Expr::Con(con) => self.arena.builtin(type_of(*con)),
            Expr::Lit(literal) => self.literal(literal),
            Expr::App { function, args } => self.application_of(function, args),
            Expr::TypeApp { expr, types } => self.type_application(expr, types),
            Expr::Abs { params, body } => self.abstraction(params, body),
            Expr::TypeAbs { params, body } => self.type_abstraction(params, body),
            Expr::Let { bindings, body } => self.local(bindings, body),
            Expr::Case {
                scrutinee,
                alternatives,
            } => self.case(scrutinee, alternatives),
            Expr::Update(update) => self.update(update),
            Expr::Located(location, inner) => {
                let result = self.infer(inner);
                if result.is_err() && self.failed_at.is_none() {
                    self.failed_at = Some((**location).clone());
                }
                result
            }
            Expr::RecordCon { .. }
            | Expr::RecordProj { .. }
            | Expr::RecordUpdate { .. }
            | Expr::VariantCon { .. }
            | Expr::EnumCon { .. }
            | Expr::StructCon { .. }
            | Expr::StructProj { .. }
            | Expr::StructUpdate { .. }
            | Expr::Nil(_)
            | Expr::Cons { .. }
            | Expr::None(_)
            | Expr::Some { .. } => self.data(expr),
            Expr::ToAny { .. }
            | Expr::FromAny { .. }
            | Expr::TypeRep(_)
            | Expr::ToAnyException { .. }
            | Expr::FromAnyException { .. }
            | Expr::Throw { .. } => self.dynamic(expr),
            Expr::ToInterface { .. }
            | Expr::FromInterface { .. }
            | Expr::UnsafeFromInterface { .. }
            | Expr::ToRequiredInterface { .. }
            | Expr::FromRequiredInterface { .. }
            | Expr::UnsafeFromRequiredInterface { .. }
            | Expr::CallInterface { .. }
            | Expr::ViewInterface { .. }
            | Expr::SignatoryInterface { .. }
            | Expr::ObserverInterface { .. }
            | Expr::InterfaceTemplateTypeRep { .. } => self.on_interface(expr),
        }
    }

    fn literal(&mut self, literal: &Literal) -> Result<Ty> {
        let malformed = |text: String| Err(Box::new(Fault::Literal { text }));
        let builtin = match literal {
            Literal::Int64(_) => BuiltinType::Int64,
            Literal::Text(_) => BuiltinType::Text,
            Literal::FailureCategory(_) => BuiltinType::FailureCategory,
            Literal::Timestamp(micros) => match Timestamp::from_micros(*micros) {
                Ok(_) => BuiltinType::Timestamp,
                Err(_) => return malformed(micros.to_string()),
            },
            Literal::Date(days) if literals::is_date(*days) => BuiltinType::Date,
            Literal::Date(days) => return malformed(days.to_string()),
            Literal::Numeric(text) if literals::is_numeric(text) => {
                let scale = text.rsplit('.').next().map_or(0, str::len);
                let scale = u8::try_from(scale).unwrap_or(literals::SCALE_MAX);
                let scale = self.arena.add(Node::Nat(scale))?;
                return self.arena.builtin_of(BuiltinType::Numeric, &[scale]);
            }
            Literal::Numeric(text) => return malformed(text.to_string()),
        };
        self.arena.builtin(builtin)
    }

    fn application_of(&mut self, function: &Expr, args: &[Expr]) -> Result<Ty> {
        let mut typ = self.infer(function)?;
        for arg in args {
            let Some((from, to)) = self.arena.as_function(typ) else {
                let found = self.arena.show(typ);
                return Err(Box::new(Fault::NoFunction { found }));
            };
            self.check(arg, from)?;
            typ = to;
        }
        Ok(typ)
    }

    /// All types at once, as far as there are binders for them: a polymorphic type may stand for
    /// the last variable.
    fn type_application(&mut self, expr: &Expr, types: &[Arc<Type>]) -> Result<Ty> {
        let mut typ = self.infer(expr)?;
        let mut open = Vec::new();
        for arg in types {
            if !matches!(self.arena.node(typ), Node::Forall(..)) {
                typ = self.arena.open(typ, &open)?;
                open.clear();
            }
            let Node::Forall(kind, body) = *self.arena.node(typ) else {
                let found = self.arena.show(typ);
                return Err(Box::new(Fault::NotPolymorphic { found }));
            };
            open.push(self.typ(arg, kind)?);
            typ = body;
        }
        self.arena.open(typ, &open)
    }

    fn abstraction(&mut self, params: &[(Name, Arc<Type>)], body: &Expr) -> Result<Ty> {
        let mut bound = Vec::with_capacity(params.len());
        for (name, typ) in params {
            bound.push((name, self.star(typ)?));
        }
        let body = self.with_values(&bound, |it| it.infer(body))?;
        let mut bound = bound.iter().rev();
        bound.try_fold(body, |to, (_, from)| self.arena.function(*from, to))
    }

    fn type_abstraction(&mut self, params: &[(Name, Arc<Kind>)], body: &Expr) -> Result<Ty> {
        let kinds = params.iter().map(|(_, kind)| self.kind(kind));
        let kinds = kinds.collect::<Result<Vec<Kd>>>()?;
        let named = params.iter().map(|(name, _)| name);
        let body = self.with_types(named.zip(kinds.iter().copied()), |it| it.infer(body))?;
        self.quantify(&kinds, body)
    }

    fn local(&mut self, bindings: &[Binding], body: &Expr) -> Result<Ty> {
        for binding in bindings {
            let typ = self.star(&binding.typ)?;
            self.check(&binding.bound, typ)?;
            self.bind(&binding.name, typ);
        }
        let typ = self.infer(body)?;
        for binding in bindings {
            self.unbind(&binding.name);
        }
        Ok(typ)
    }

    /// `Any`, type representations, exceptions.
    fn dynamic(&mut self, expr: &Expr) -> Result<Ty> {
        use BuiltinType as B;
        match expr {
            Expr::ToAny { typ, expr } => {
                let typ = self.any_type(typ)?;
                self.check(expr, typ)?;
                self.arena.builtin(B::Any)
            }
            Expr::FromAny { typ, expr } => {
                let typ = self.any_type(typ)?;
                let any = self.arena.builtin(B::Any)?;
                self.check(expr, any)?;
                self.arena.builtin_of(B::Optional, &[typ])
            }
            Expr::TypeRep(typ) => {
                self.any_type(typ)?;
                self.arena.builtin(B::TypeRep)
            }
            Expr::ToAnyException { typ, expr } => {
                let typ = self.exception_type(typ)?;
                self.check(expr, typ)?;
                self.arena.builtin(B::AnyException)
            }
            Expr::FromAnyException { typ, expr } => {
                let typ = self.exception_type(typ)?;
                let any = self.arena.builtin(B::AnyException)?;
                self.check(expr, any)?;
                self.arena.builtin_of(B::Optional, &[typ])
            }
            Expr::Throw {
                result,
                exception_type,
                exception,
            } => {
                let result = self.star(result)?;
                let typ = self.exception_type(exception_type)?;
                self.check(exception, typ)?;
                Ok(result)
            }
            _ => Err(misplaced().into()),
        }
    }

    /// A type that `Any` can hold: up to LF 2.3 a constructor without arguments.
    fn any_type(&mut self, typ: &Arc<Type>) -> Result<Ty> {
        let converted = self.star(typ)?;
        match &**typ {
            Type::Con(_) => Ok(converted),
            _ => Err(Box::new(Fault::NoAnyType {
                found: self.arena.show(converted),
            })),
        }
    }

    fn exception_type(&mut self, typ: &Arc<Type>) -> Result<Ty> {
        let converted = self.star(typ)?;
        match &**typ {
            Type::Con(reference) if self.is_exception(reference) => Ok(converted),
            _ => Err(Box::new(Fault::NoException {
                found: self.arena.show(converted),
            })),
        }
    }

    /// Something that not every version of the language has.
    pub(super) fn require(
        &self,
        what: &str,
        versions: impl FnOnce(LanguageVersion) -> bool,
    ) -> Result<()> {
        let language = self.package.language;
        if versions(language) {
            return Ok(());
        }
        Err(Box::new(Fault::Feature {
            what: what.to_owned(),
            language,
        }))
    }
}

/// An expression that came to the wrong file.
pub(super) fn misplaced() -> Fault {
    Fault::Internal {
        what: "an expression without a rule",
    }
}

/// The type of a builtin constructor.
pub(super) const fn type_of(con: BuiltinCon) -> BuiltinType {
    match con {
        BuiltinCon::Unit => BuiltinType::Unit,
        BuiltinCon::False | BuiltinCon::True => BuiltinType::Bool,
    }
}

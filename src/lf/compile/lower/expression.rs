//! Expressions for their value.

use std::sync::Arc;

use super::scope::{Key, Lowerer};
use super::strip;
use crate::lf::ast::{self, BuiltinCon, BuiltinFunction, Expr};
use crate::lf::builtins;
use crate::lf::compile::Error;
use crate::lf::compile::constants;
use crate::lf::compile::ir::{Ir, Operation};
use crate::lf::compile::ops::Unary;
use crate::lf::types::Type;

impl<'a> Lowerer<'_, 'a> {
    /// An expression for its value. An update becomes a closure that waits to be run.
    pub(in crate::lf::compile) fn value(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        self.deeper(expr, Self::value_of)
    }

    fn value_of(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        match strip(expr) {
            Expr::Var(name) => self.lookup(&Key::Named(name.clone())),
            Expr::Val(reference) => {
                let definition = self.compiler.definition(reference)?;
                self.reference(definition)
            }
            Expr::Builtin(builtin) => self.builtin_value(*builtin),
            Expr::Con(con) => self.constant(match con {
                BuiltinCon::Unit => constants::Key::Unit,
                BuiltinCon::True => constants::Key::Bool(true),
                BuiltinCon::False => constants::Key::Bool(false),
            }),
            Expr::Lit(literal) => self.constant(constants::Key::Literal(literal.clone())),
            Expr::App { .. } => self.application(expr, false),
            Expr::Abs { .. } => self.lambda(expr),
            Expr::Let { .. } => self.bindings(expr, false),
            Expr::Case {
                scrutinee,
                alternatives,
            } => self.case(scrutinee, alternatives, false),
            Expr::Update(update) => self.suspended(update),
            Expr::Throw {
                exception_type,
                exception,
                ..
            } => {
                let exception = self.any(exception_type, exception)?;
                Ok(Ir::Operation(Operation::Throw, vec![exception]))
            }
            Expr::ToAny { typ, expr } | Expr::ToAnyException { typ, expr } => self.any(typ, expr),
            Expr::FromAny { typ, expr } | Expr::FromAnyException { typ, expr } => {
                let typ = self.type_constant(typ)?;
                self.unary(Unary::FromAny { typ }, expr)
            }
            Expr::TypeRep(typ) => self.type_constant(typ).map(Ir::Constant),
            other => match self.data(other)? {
                Some(ir) => Ok(ir),
                None => self.interface(other),
            },
        }
    }

    /// A constant of the package.
    pub(in crate::lf::compile) fn constant(&mut self, key: constants::Key) -> Result<Ir, Error> {
        self.compiler.constant(key).map(Ir::Constant)
    }

    /// An operation on one expression.
    pub(super) fn unary(&mut self, op: Unary, expr: &'a Expr) -> Result<Ir, Error> {
        let operand = self.value(expr)?;
        Ok(Ir::Operation(Operation::Unary(op), vec![operand]))
    }

    fn any(&mut self, typ: &'a Arc<ast::Type>, expr: &'a Expr) -> Result<Ir, Error> {
        let typ = self.type_constant(typ)?;
        self.unary(Unary::ToAny { typ }, expr)
    }

    fn type_constant(&mut self, typ: &'a Arc<ast::Type>) -> Result<u32, Error> {
        let typ = self.compiler.resolver.shared(typ)?;
        if !is_closed(&typ) {
            return Err(Error::OpenType(typ.to_string()));
        }
        self.compiler
            .constant(constants::Key::Type(Type::clone(&typ)))
    }

    /// `let`s that follow each other become one.
    pub(super) fn bindings(&mut self, expr: &'a Expr, run: bool) -> Result<Ir, Error> {
        let mut bound = Vec::new();
        let mut names = Vec::new();
        let mut rest = strip(expr);
        while let Expr::Let { bindings, body } = rest {
            for binding in bindings {
                let value = self.value(&binding.bound)?;
                bound.push((self.bind_name(&binding.name), value));
                names.push(&binding.name);
            }
            rest = strip(body);
        }
        let body = if run {
            self.run(rest)
        } else {
            self.value(rest)
        };
        for name in names.into_iter().rev() {
            self.unbind_name(name);
        }
        Ok(Ir::Let {
            bindings: bound,
            body: Box::new(body?),
        })
    }

    /// A builtin function that is not applied to all its arguments.
    pub(super) fn builtin_value(&mut self, builtin: BuiltinFunction) -> Result<Ir, Error> {
        use BuiltinFunction as B;
        match builtin {
            B::TextMapEmpty => self.constant(constants::Key::TextMap),
            B::GenMapEmpty => self.constant(constants::Key::GenMap),
            _ => {
                let arity = builtins::arity(builtin);
                let function = self.wrapper(builtin, arity)?;
                let function = self.compiler.function_id(function);
                self.constant(constants::Key::Function(function))
            }
        }
    }

    /// The function that wraps a builtin.
    fn wrapper(&mut self, builtin: BuiltinFunction, arity: usize) -> Result<u32, Error> {
        if let Some(known) = self.compiler.wrappers.get(&builtin) {
            return Ok(*known);
        }
        let function = self.compiler.reserve(0)?;
        self.compiler.wrappers.insert(builtin, function);
        let mut lowerer = Lowerer::new(self.compiler);
        let params: Vec<_> = (0..arity).map(|_| lowerer.fresh()).collect();
        let args = params.iter().copied().map(Ir::var).collect();
        let ir = super::apply::builtin_call(builtin, args);
        let body = lowerer.finish(params, ir, false);
        self.compiler.finish(function, body)?;
        Ok(function)
    }
}

/// Whether a type has neither variables nor quantifiers.
fn is_closed(typ: &Type) -> bool {
    match typ {
        Type::Con(_) | Type::Builtin(_) | Type::Nat(_) => true,
        Type::App(function, arg) => is_closed(function) && is_closed(arg),
        Type::Struct(fields) => fields.iter().all(|(_, typ)| is_closed(typ)),
        Type::Var(_) | Type::Forall(..) => false,
    }
}

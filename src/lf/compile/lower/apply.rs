//! Applications: what is known about the function decides the form of the call.

use super::scope::Lowerer;
use super::{Params, is_total, is_update, peel, strip};
use crate::lf::ast::{BuiltinFunction, Expr};
use crate::lf::builtins;
use crate::lf::compile::Error;
use crate::lf::compile::constants;
use crate::lf::compile::ir::{Ir, Operation, Var};
use crate::lf::compile::ops::{Binary, Compare, Construct, Fold, Nary, Unary};
use crate::lf::compile::program::Definition;

impl<'a> Lowerer<'_, 'a> {
    /// An application, for its value or to run the update that it yields.
    pub(super) fn application(&mut self, expr: &'a Expr, run: bool) -> Result<Ir, Error> {
        let (function, written) = uncurry(expr);
        if let Expr::Abs { .. } = function {
            return self.redex(function, &written, run);
        }
        if let Expr::Builtin(builtin) = function {
            let args = self.values(&written)?;
            return self.apply_builtin(*builtin, args, run);
        }
        if let Expr::Val(reference) = function {
            let definition = self.compiler.definition(reference)?;
            let args = self.values(&written)?;
            return self.apply_definition(definition, args, run);
        }
        let function = self.value(function)?;
        let args = self.values(&written)?;
        Ok(apply(function, args, run))
    }

    fn values(&mut self, exprs: &[&'a Expr]) -> Result<Vec<Ir>, Error> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    /// A function that is applied where it is written: its parameters are bound.
    fn redex(&mut self, function: &'a Expr, written: &[&'a Expr], run: bool) -> Result<Ir, Error> {
        let Params { names, body } = peel(function);
        if names.len() != written.len() {
            let function = self.value(function)?;
            let args = self.values(written)?;
            return Ok(apply(function, args, run));
        }
        let args = self.values(written)?;
        let vars: Vec<Var> = names.iter().map(|name| self.bind_name(name)).collect();
        let body = if run {
            self.run(body)
        } else {
            self.value(body)
        };
        for name in names.into_iter().rev() {
            self.unbind_name(name);
        }
        Ok(Ir::Let {
            bindings: vars.into_iter().zip(args).rev().collect(),
            body: Box::new(body?),
        })
    }

    fn apply_builtin(
        &mut self,
        builtin: BuiltinFunction,
        mut args: Vec<Ir>,
        run: bool,
    ) -> Result<Ir, Error> {
        let arity = builtins::arity(builtin);
        if args.len() < arity || arity == 0 {
            let function = self.builtin_value(builtin)?;
            return Ok(apply(function, args, run));
        }
        let rest = args.split_off(arity);
        let result = builtin_call(builtin, args);
        Ok(apply(result, rest, run))
    }

    /// Applies a top-level definition.
    pub(super) fn apply_definition(
        &mut self,
        definition: Definition,
        mut args: Vec<Ir>,
        run: bool,
    ) -> Result<Ir, Error> {
        match definition {
            Definition::Function { id, arity, runs }
                if args.len() >= usize::from(arity) && (arity > 0 || run) =>
            {
                let rest = args.split_off(usize::from(arity));
                let run_now = run && rest.is_empty() && runs;
                let result = Ir::Call {
                    function: id,
                    args,
                    run: run_now,
                };
                let run_later = run && !run_now;
                Ok(apply(result, rest, run_later))
            }
            _ => {
                let function = self.reference(definition)?;
                Ok(apply(function, args, run))
            }
        }
    }

    /// A definition as a value.
    pub(super) fn reference(&mut self, definition: Definition) -> Result<Ir, Error> {
        match definition {
            Definition::Function { id, arity, runs } => {
                if arity == 0 && !runs {
                    // an update that is built by evaluating something
                    return Ok(Ir::Call {
                        function: id,
                        args: Vec::new(),
                        run: false,
                    });
                }
                self.constant(constants::Key::Function(id))
            }
            Definition::Global(package, index) => Ok(Ir::Global(package, index)),
        }
    }

    /// A function value.
    pub(super) fn lambda(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        let Params { names, body } = peel(expr);
        let run = is_update(body) && is_total(self.compiler, body);
        self.closure(&names, run, |lowerer| {
            if run {
                lowerer.run(body)
            } else {
                lowerer.value(body)
            }
        })
    }

    /// A function of this package with the variables that it captures.
    pub(super) fn closure(
        &mut self,
        names: &[&crate::model::Name],
        run: bool,
        body: impl FnOnce(&mut Self) -> Result<Ir, Error>,
    ) -> Result<Ir, Error> {
        let (captured, body) = self.nested(names, run, body)?;
        let function = self.compiler.reserve(0)?;
        self.compiler.finish(function, body)?;
        if captured.is_empty() {
            let function = self.compiler.function_id(function);
            return self.constant(constants::Key::Function(function));
        }
        let construct = Operation::Construct(Construct::Closure(function));
        Ok(Ir::Operation(construct, captured))
    }

    /// Applies an expression to variables.
    pub(in crate::lf::compile) fn apply_to_vars(
        &mut self,
        expr: &'a Expr,
        vars: &[Var],
    ) -> Result<Ir, Error> {
        let Params { names, body } = peel(expr);
        if names.len() != vars.len() {
            let function = self.value(expr)?;
            let args = vars.iter().copied().map(Ir::var).collect();
            return Ok(apply(function, args, false));
        }
        for (name, var) in names.iter().zip(vars) {
            self.bind(super::Key::Named((*name).clone()), *var);
        }
        let ir = self.value(body);
        for name in names {
            self.unbind_name(name);
        }
        ir
    }
}

/// A function and all the arguments that are written after it.
fn uncurry(expr: &Expr) -> (&Expr, Vec<&Expr>) {
    let mut groups = Vec::new();
    let mut head = strip(expr);
    while let Expr::App { function, args } = head {
        groups.push(args);
        head = strip(function);
    }
    let args = groups.into_iter().rev().flatten().collect();
    (head, args)
}

/// Applies something unknown.
pub(super) fn apply(function: Ir, args: Vec<Ir>, run: bool) -> Ir {
    if args.is_empty() && !run {
        return function;
    }
    Ir::Apply {
        function: Box::new(function),
        args,
        run,
    }
}

/// A builtin function with all its arguments.
pub(super) fn builtin_call(builtin: BuiltinFunction, args: Vec<Ir>) -> Ir {
    use BuiltinFunction as B;
    let operation = match builtin {
        B::CoerceContractId => {
            return args
                .into_iter()
                .next()
                .unwrap_or(Ir::Operation(Operation::Throw, Vec::new()));
        }
        B::AddInt64 => Operation::Add,
        B::SubInt64 => Operation::Subtract,
        B::MulInt64 => Operation::Multiply,
        B::Equal => Operation::Compare(Compare::Equal),
        B::Less => Operation::Compare(Compare::Less),
        B::LessEq => Operation::Compare(Compare::LessEq),
        B::Greater => Operation::Compare(Compare::Greater),
        B::GreaterEq => Operation::Compare(Compare::GreaterEq),
        B::Foldl => Operation::Fold(Fold::Left),
        B::Foldr => Operation::Fold(Fold::Right),
        B::EqualList => Operation::Fold(Fold::EqualList),
        B::AnyExceptionMessage => Operation::ExceptionMessage,
        _ => match args.len() {
            1 => Operation::Unary(Unary::Builtin(builtin)),
            2 => Operation::Binary(Binary::Builtin(builtin)),
            _ => Operation::Nary(Nary::Builtin(builtin)),
        },
    };
    Ir::Operation(operation, args)
}

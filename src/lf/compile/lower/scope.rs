//! Variables: what is in scope, and what inner functions capture.

use rustc_hash::FxHashMap;

use crate::lf::ast::Expr;
use crate::lf::compile::Error;
use crate::lf::compile::ir::{Body, Ir, Var};
use crate::lf::compile::package::Compiler;
use crate::lf::stack::with_room;
use crate::model::Name;

/// How deep expressions may be nested: what the compiler's stack holds.
pub(super) const DEPTH_MAX: usize = 5_000;

/// What a variable is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::lf::compile) enum Key {
    /// As the program calls it.
    Named(Name),
    /// An intermediate result that the compiler gave a name.
    Internal(u32),
}

/// A function that is being lowered.
#[derive(Default)]
struct Scope {
    /// The innermost binding of each name comes last.
    bindings: FxHashMap<Key, Vec<Var>>,
    variables: u32,
    /// Variables of the enclosing function, and what they are called here.
    captured: Vec<(Var, Var)>,
}

/// Lowers the expressions of one definition.
pub(in crate::lf::compile) struct Lowerer<'c, 'a> {
    pub(super) compiler: &'c mut Compiler<'a>,
    /// The enclosing functions, innermost last.
    scopes: Vec<Scope>,
    internal: u32,
    depth: usize,
}

impl<'c, 'a> Lowerer<'c, 'a> {
    pub(in crate::lf::compile) fn new(compiler: &'c mut Compiler<'a>) -> Self {
        Self {
            compiler,
            scopes: vec![Scope::default()],
            internal: 0,
            depth: 0,
        }
    }

    /// The finished function.
    pub(in crate::lf::compile) fn finish(mut self, params: Vec<Var>, ir: Ir, run: bool) -> Body {
        let variables = self.scope().variables;
        Body {
            params,
            variables,
            ir,
            run,
        }
    }

    fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let innermost = self.scopes.len() - 1;
        &mut self.scopes[innermost]
    }

    /// A new variable without a name.
    pub(in crate::lf::compile) fn fresh(&mut self) -> Var {
        let scope = self.scope();
        let var = scope.variables;
        scope.variables += 1;
        var
    }

    /// Gives a variable a name.
    pub(in crate::lf::compile) fn bind(&mut self, key: Key, var: Var) {
        self.scope().bindings.entry(key).or_default().push(var);
    }

    /// A new variable with a name of the program.
    pub(in crate::lf::compile) fn bind_name(&mut self, name: &Name) -> Var {
        let var = self.fresh();
        self.bind(Key::Named(name.clone()), var);
        var
    }

    /// A new variable with a name that the program cannot have.
    pub(super) fn bind_internal(&mut self) -> (Key, Var) {
        let key = Key::Internal(self.internal);
        self.internal += 1;
        let var = self.fresh();
        self.bind(key.clone(), var);
        (key, var)
    }

    /// Ends the innermost binding of a name.
    pub(in crate::lf::compile) fn unbind(&mut self, key: &Key) {
        if let Some(bindings) = self.scope().bindings.get_mut(key) {
            bindings.pop();
        }
    }

    pub(in crate::lf::compile) fn unbind_name(&mut self, name: &Name) {
        self.unbind(&Key::Named(name.clone()));
    }

    /// A variable as an expression.
    pub(super) fn lookup(&mut self, key: &Key) -> Result<Ir, Error> {
        let innermost = self.scopes.len().saturating_sub(1);
        self.resolve(innermost, key).map(Ir::var)
    }

    fn resolve(&mut self, level: usize, key: &Key) -> Result<Var, Error> {
        // find the function that binds it, then hand it down through the ones between
        let bound_in = (0..=level)
            .rev()
            .find_map(|level| {
                let bindings = self.scopes.get(level)?.bindings.get(key)?;
                bindings.last().map(|var| (level, *var))
            })
            .ok_or_else(|| match key {
                Key::Named(name) => Error::Unbound(name.clone()),
                Key::Internal(_) => Error::Internal("unbound intermediate result"),
            })?;
        let (from, mut var) = bound_in;
        for scope in self.scopes.iter_mut().take(level + 1).skip(from + 1) {
            let inner = scope.variables;
            scope.variables += 1;
            scope.captured.push((var, inner));
            scope.bindings.entry(key.clone()).or_default().push(inner);
            var = inner;
        }
        Ok(var)
    }

    /// Lowers an inner function; the captured variables of this one come first.
    pub(super) fn nested(
        &mut self,
        names: &[&Name],
        run: bool,
        body: impl FnOnce(&mut Self) -> Result<Ir, Error>,
    ) -> Result<(Vec<Ir>, Body), Error> {
        self.scopes.push(Scope::default());
        let params: Vec<Var> = names.iter().map(|name| self.bind_name(name)).collect();
        let ir = body(self);
        let scope = self.scopes.pop().unwrap_or_default();
        let (outer, inner): (Vec<_>, Vec<_>) = scope.captured.into_iter().unzip();
        let body = Body {
            params: inner.into_iter().chain(params).collect(),
            variables: scope.variables,
            ir: ir?,
            run,
        };
        Ok((outer.into_iter().map(Ir::var).collect(), body))
    }

    /// Goes one level deeper.
    pub(super) fn deeper(
        &mut self,
        expr: &'a Expr,
        lower: impl FnOnce(&mut Self, &'a Expr) -> Result<Ir, Error>,
    ) -> Result<Ir, Error> {
        if self.depth >= DEPTH_MAX {
            return Err(Error::TooDeep(DEPTH_MAX));
        }
        self.depth += 1;
        let place = self.compiler.place(expr);
        let ir = with_room(|| lower(self, expr));
        self.depth -= 1;
        match (place, ir?) {
            (Some(place), ir) if !ir.is_atom() => Ok(Ir::Located(place, Box::new(ir))),
            (_, ir) => Ok(ir),
        }
    }
}

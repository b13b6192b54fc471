//! The variables in scope.

use rustc_hash::FxHashMap;

use super::arena::{Kd, Node, Result, Ty, Variable};
use super::checker::Checker;
use super::error::Fault;
use crate::model::Name;

/// The variables in scope, each with those that it hides.
#[derive(Debug, Default)]
pub(super) struct Scope {
    values: FxHashMap<Name, Vec<Ty>>,
    types: FxHashMap<Name, Vec<Variable>>,
    /// How many type variables are in scope.
    depth: usize,
    /// Tells sets of type variables apart.
    pub(super) number: u32,
    last_number: u32,
}

impl Scope {
    /// Whether no type variable is in scope.
    pub(super) fn is_closed(&self) -> bool {
        self.depth == 0
    }

    /// The variable of a name.
    pub(super) fn type_variable(&self, name: &Name) -> Result<Variable> {
        let found = self.types.get(name).and_then(|hiding| hiding.last());
        found.copied().ok_or_else(|| {
            Box::new(Fault::UnboundTypeVariable {
                name: name.to_string(),
            })
        })
    }

    /// The type of a variable.
    pub(super) fn value(&self, name: &Name) -> Result<Ty> {
        let found = self.values.get(name).and_then(|hiding| hiding.last());
        found.copied().ok_or_else(|| {
            Box::new(Fault::UnboundVariable {
                name: name.to_string(),
            })
        })
    }
}

impl Checker<'_> {
    /// Checks something with variables in scope. After a fault the scope is not needed any more.
    pub(super) fn with_values<R>(
        &mut self,
        variables: &[(&Name, Ty)],
        check: impl FnOnce(&mut Self) -> Result<R>,
    ) -> Result<R> {
        for (name, typ) in variables {
            self.bind(name, *typ);
        }
        let result = check(self)?;
        for (name, _) in variables {
            self.unbind(name);
        }
        Ok(result)
    }

    /// Brings one variable into scope.
    pub(super) fn bind(&mut self, name: &Name, typ: Ty) {
        match self.scope.values.get_mut(name) {
            Some(hiding) => hiding.push(typ),
            None => drop(self.scope.values.insert(name.clone(), vec![typ])),
        }
    }

    /// Takes the last variable of a name out of scope.
    pub(super) fn unbind(&mut self, name: &Name) {
        if let Some(hiding) = self.scope.values.get_mut(name) {
            hiding.pop();
        }
    }

    /// Checks something with type variables in scope, and closes the type that comes out over them,
    /// the first being bound by the outermost binder.
    pub(super) fn with_types<'n>(
        &mut self,
        params: impl Iterator<Item = (&'n Name, Kd)>,
        check: impl FnOnce(&mut Self) -> Result<Ty>,
    ) -> Result<Ty> {
        self.with_type_variables(params, |checker, variables| {
            let body = check(checker)?;
            checker.arena.close(body, variables)
        })
    }

    /// Checks something with type variables in scope.
    pub(super) fn with_type_variables<'n, R>(
        &mut self,
        params: impl Iterator<Item = (&'n Name, Kd)>,
        check: impl FnOnce(&mut Self, &[Variable]) -> Result<R>,
    ) -> Result<R> {
        let before = self.scope.number;
        let mut names = Vec::new();
        let mut variables = Vec::new();
        for (name, kind) in params {
            let variable = self.arena.fresh(name, kind)?;
            let hiding = self.scope.types.entry(name.clone()).or_default();
            hiding.push(variable);
            names.push(name);
            variables.push(variable);
        }
        self.scope.depth += names.len();
        self.scope.last_number = self.scope.last_number.wrapping_add(1);
        self.scope.number = self.scope.last_number;
        let result = check(self, &variables)?;
        self.scope.number = before;
        self.scope.depth -= names.len();
        for name in names {
            if let Some(hiding) = self.scope.types.get_mut(name) {
                hiding.pop();
            }
        }
        Ok(result)
    }

    /// `forall`s around a closed type, the first kind outermost.
    pub(super) fn quantify(&mut self, kinds: &[Kd], body: Ty) -> Result<Ty> {
        kinds
            .iter()
            .rev()
            .try_fold(body, |body, kind| self.arena.add(Node::Forall(*kind, body)))
    }
}

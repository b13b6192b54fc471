//! Updates: as values that wait to be run, and as the actions that running them is.

use super::apply::apply;
use super::scope::{Key, Lowerer};
use super::{is_total, strip};
use crate::lf::ast::{Binding, Expr, Update};
use crate::lf::compile::constants;
use crate::lf::compile::ir::{Ir, Operation, Var};
use crate::lf::compile::ops::Ledger;
use crate::lf::compile::{Error, FunctionId};
use crate::lf::compile::{keys, templates};
use crate::model::Name;

/// What an update was evaluated to before it was put off, in the order of its operands.
type Evaluated = Vec<Option<Key>>;

impl<'a> Lowerer<'_, 'a> {
    /// An update that waits to be run. What it is built from is evaluated first.
    pub(super) fn suspended(&mut self, update: &'a Update) -> Result<Ir, Error> {
        if let Update::FetchByKey { template } = update {
            let function = keys::keyed(self.compiler, template)?.fetch;
            return self.constant(constants::Key::Function(function));
        }
        if let Update::QueryNByKey { template } = update {
            let function = keys::keyed(self.compiler, template)?.query;
            return self.constant(constants::Key::Function(function));
        }
        let mut bindings: Vec<(Var, Ir)> = Vec::new();
        let mut evaluated: Evaluated = Vec::new();
        for operand in operands(update).into_iter().rev() {
            if is_total(self.compiler, operand) {
                evaluated.push(None);
                continue;
            }
            let value = self.value(operand)?;
            let (key, var) = self.bind_internal();
            bindings.push((var, value));
            evaluated.push(Some(key));
        }
        evaluated.reverse();
        let waiting = self.closure(&[], true, |lowerer| lowerer.action(update, &evaluated));
        for key in evaluated.iter().flatten() {
            self.unbind(key);
        }
        let waiting = waiting?;
        if bindings.is_empty() {
            return Ok(waiting);
        }
        let body = Box::new(waiting);
        Ok(Ir::Let { bindings, body })
    }

    /// Runs the update that an expression stands for.
    pub(in crate::lf::compile) fn run(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        self.deeper(expr, Self::run_of)
    }

    fn run_of(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        match strip(expr) {
            Expr::Update(update) => self.action(update, &Vec::new()),
            Expr::Let { .. } => self.bindings(expr, true),
            Expr::Case {
                scrutinee,
                alternatives,
            } => self.case(scrutinee, alternatives, true),
            Expr::App { .. } => self.application(expr, true),
            Expr::Val(reference) => {
                let definition = self.compiler.definition(reference)?;
                self.apply_definition(definition, Vec::new(), true)
            }
            _ => Ok(apply(self.value(expr)?, Vec::new(), true)),
        }
    }

    /// An operand of an update: what it was evaluated to, or the expression itself.
    fn operand(
        &mut self,
        index: usize,
        expr: &'a Expr,
        evaluated: &Evaluated,
    ) -> Result<Ir, Error> {
        match evaluated.get(index) {
            Some(Some(key)) => self.lookup(key),
            _ => self.value(expr),
        }
    }

    /// What running an update does.
    fn action(&mut self, update: &'a Update, evaluated: &Evaluated) -> Result<Ir, Error> {
        match update {
            Update::Pure { expr, .. } => self.operand(0, expr, evaluated),
            Update::Block { bindings, body } => self.block(bindings, body, evaluated),
            Update::Create { template, arg } => {
                let row = self.compiler.template_row(template)?;
                let arg = self.operand(0, arg, evaluated)?;
                Ok(ledger(Ledger::Create, row, vec![arg]))
            }
            Update::CreateInterface { arg, .. } => {
                let arg = self.value(arg)?;
                Ok(ledger(Ledger::CreateInterface, 0, vec![arg]))
            }
            Update::Exercise {
                template,
                choice,
                contract_id,
                arg,
            } => {
                let function = templates::choice(self.compiler, template, choice)?;
                self.exercise(function, contract_id, arg, evaluated)
            }
            Update::ExerciseInterface {
                interface,
                choice,
                contract_id,
                arg,
            } => {
                let function = templates::interface_choice(self.compiler, interface, choice)?;
                self.exercise(function, contract_id, arg, evaluated)
            }
            Update::Fetch {
                template,
                contract_id,
            } => {
                let row = self.compiler.template_row(template)?;
                let id = self.operand(0, contract_id, evaluated)?;
                Ok(ledger(Ledger::Fetch, row, vec![id]))
            }
            Update::FetchInterface {
                interface,
                contract_id,
            } => {
                let row = self.compiler.interface_row(interface)?;
                let id = self.operand(0, contract_id, evaluated)?;
                Ok(ledger(Ledger::FetchInterface, row, vec![id]))
            }
            Update::GetTime => Ok(ledger(Ledger::GetTime, 0, Vec::new())),
            Update::LedgerTimeLt(time) => {
                let time = self.operand(0, time, evaluated)?;
                Ok(ledger(Ledger::IsTimeBefore, 0, vec![time]))
            }
            Update::Embed { expr, .. } => self.run(expr),
            Update::TryCatch {
                body,
                binder,
                handler,
                ..
            } => self.try_catch(body, binder, handler),
            Update::ExerciseByKey {
                template,
                choice,
                key,
                arg,
            } => {
                let function = keys::choice(self.compiler, template, choice)?;
                self.exercise(function, key, arg, evaluated)
            }
            Update::FetchByKey { .. } | Update::QueryNByKey { .. } => {
                Err(Error::IllTyped("an update without its key"))
            }
        }
    }

    fn exercise(
        &mut self,
        function: FunctionId,
        target: &'a Expr,
        arg: &'a Expr,
        evaluated: &Evaluated,
    ) -> Result<Ir, Error> {
        let target = self.operand(0, target, evaluated)?;
        let arg = self.operand(1, arg, evaluated)?;
        Ok(Ir::Call {
            function,
            args: vec![target, arg],
            run: true,
        })
    }

    fn block(
        &mut self,
        written: &'a [Binding],
        body: &'a Expr,
        evaluated: &Evaluated,
    ) -> Result<Ir, Error> {
        let mut bindings = Vec::new();
        for (index, binding) in written.iter().enumerate() {
            let result = match evaluated.first() {
                Some(Some(key)) if index == 0 => apply(self.lookup(key)?, Vec::new(), true),
                _ => self.run(&binding.bound)?,
            };
            bindings.push((self.bind_name(&binding.name), result));
        }
        let body = self.run(body);
        for binding in written.iter().rev() {
            self.unbind_name(&binding.name);
        }
        let body = Box::new(body?);
        Ok(Ir::Let { bindings, body })
    }

    fn try_catch(
        &mut self,
        body: &'a Expr,
        binder: &'a Name,
        handler: &'a Expr,
    ) -> Result<Ir, Error> {
        let body = self.run(body)?;
        let exception = self.bind_name(binder);
        let handler = self.value(handler);
        self.unbind_name(binder);
        Ok(Ir::Try {
            body: Box::new(body),
            exception,
            handler: Box::new(handler?),
        })
    }
}

/// What an update evaluates before it waits.
fn operands(update: &Update) -> Vec<&Expr> {
    match update {
        Update::Pure { expr, .. } | Update::LedgerTimeLt(expr) => vec![expr],
        Update::Block { bindings, .. } => bindings.iter().take(1).map(|b| &b.bound).collect(),
        Update::Create { arg, .. } => vec![arg],
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
        Update::CreateInterface { .. }
        | Update::FetchByKey { .. }
        | Update::QueryNByKey { .. }
        | Update::GetTime
        | Update::Embed { .. }
        | Update::TryCatch { .. } => Vec::new(),
    }
}

fn ledger(op: Ledger, row: u32, args: Vec<Ir>) -> Ir {
    Ir::Operation(Operation::Ledger(op, row), args)
}

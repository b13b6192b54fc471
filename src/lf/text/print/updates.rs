//! Updates.

use super::Printer;
use crate::lf::ast::{Expr, Ref, Update};
use crate::lf::text::reserved::Form;
use crate::model::Name;

impl Printer {
    pub(super) fn update(&mut self, update: &Update) {
        match update {
            Update::GetTime => self.put(Form::GetTime.spelled()),
            Update::LedgerTimeLt(time) => {
                self.put(Form::LedgerTimeLt.spelled());
                self.arg(time);
            }
            Update::Pure { typ, expr } => self.typed(Form::Pure, typ, Some(expr)),
            Update::Embed { typ, expr } => self.typed(Form::EmbedExpr, typ, Some(expr)),
            Update::Block { bindings, body } => self.block(Form::Bind, " <- ", bindings, body),
            Update::TryCatch {
                result,
                body,
                binder,
                handler,
            } => {
                self.typed(Form::Try, result, Some(body));
                self.show(format_args!(" catch {binder} -> "));
                self.expr(handler);
            }
            Update::Create { template, arg } => self.on_one(Form::Create, template, arg),
            Update::CreateInterface { interface, arg } => {
                self.on_one(Form::CreateInterface, interface, arg);
            }
            Update::Fetch {
                template,
                contract_id,
            } => self.on_one(Form::Fetch, template, contract_id),
            Update::FetchInterface {
                interface,
                contract_id,
            } => self.on_one(Form::FetchInterface, interface, contract_id),
            Update::FetchByKey { template } => self.referring(Form::FetchByKey, &[template]),
            Update::QueryNByKey { template } => self.referring(Form::QueryNByKey, &[template]),
            Update::Exercise {
                template,
                choice,
                contract_id,
                arg,
            } => self.exercise(Form::Exercise, template, choice, [contract_id, arg]),
            Update::ExerciseInterface {
                interface,
                choice,
                contract_id,
                arg,
            } => self.exercise(
                Form::ExerciseInterface,
                interface,
                choice,
                [contract_id, arg],
            ),
            Update::ExerciseByKey {
                template,
                choice,
                key,
                arg,
            } => self.exercise(Form::ExerciseByKey, template, choice, [key, arg]),
        }
    }

    fn on_one(&mut self, form: Form, on: &Ref, expr: &Expr) {
        self.referring(form, &[on]);
        self.arg(expr);
    }

    fn exercise(&mut self, form: Form, on: &Ref, choice: &Name, exprs: [&Expr; 2]) {
        self.referring(form, &[on]);
        self.show(format_args!(" {choice}"));
        for expr in exprs {
            self.arg(expr);
        }
    }
}

//! Updates.

use super::tables::Encoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{Expr, Ref, Update};
use crate::model::Name;

impl Encoder<'_> {
    /// Writes an update.
    pub(super) fn update(&mut self, to: &mut Writer, update: &Update) -> Result<(), Fault> {
        let mut inner = Writer::new();
        let field = match update {
            Update::GetTime => 6,
            Update::LedgerTimeLt(time) => return self.expr(to, 15, time),
            Update::Block { bindings, body } => {
                self.block(&mut inner, bindings, body)?;
                2
            }
            Update::Pure { typ, expr } | Update::Embed { typ, expr } => {
                inner.message(1, &self.typ(typ)?);
                self.expr(&mut inner, 2, expr)?;
                match update {
                    Update::Pure { .. } => 1,
                    _ => 7,
                }
            }
            Update::TryCatch {
                result,
                body,
                binder,
                handler,
            } => {
                inner.message(1, &self.typ(result)?);
                self.expr(&mut inner, 2, body)?;
                inner.number(3, self.string(binder.as_str()));
                self.expr(&mut inner, 4, handler)?;
                11
            }
            _ => self.on_template(&mut inner, update)?,
        };
        to.message(field, &inner);
        Ok(())
    }

    fn on_template(&mut self, to: &mut Writer, update: &Update) -> Result<u32, Fault> {
        let (field, reference, expr) = match update {
            Update::Create { template, arg } => (3, template, arg),
            Update::CreateInterface { interface, arg } => (12, interface, arg),
            Update::Fetch {
                template,
                contract_id,
            } => (5, template, contract_id),
            Update::FetchInterface {
                interface,
                contract_id,
            } => (14, interface, contract_id),
            Update::FetchByKey { template } => {
                to.message(1, &self.reference(template)?);
                return Ok(9);
            }
            Update::QueryNByKey { template } => {
                to.message(1, &self.reference(template)?);
                return Ok(16);
            }
            _ => return self.exercise(to, update),
        };
        to.message(1, &self.reference(reference)?);
        self.expr(to, 2, expr)?;
        Ok(field)
    }

    fn exercise(&mut self, to: &mut Writer, update: &Update) -> Result<u32, Fault> {
        match update {
            Update::Exercise {
                template,
                choice,
                contract_id,
                arg,
            } => {
                to.message(1, &self.reference(template)?);
                self.expr(to, 3, contract_id)?;
                self.expr(to, 5, arg)?;
                to.number(6, self.string(choice.as_str()));
                Ok(4)
            }
            Update::ExerciseInterface {
                interface,
                choice,
                contract_id,
                arg,
            } => {
                self.exercise_other(to, interface, choice, [contract_id, arg])?;
                Ok(13)
            }
            Update::ExerciseByKey {
                template,
                choice,
                key,
                arg,
            } => {
                self.exercise_other(to, template, choice, [key, arg])?;
                Ok(10)
            }
            _ => self.inexpressible("this update"),
        }
    }

    fn exercise_other(
        &mut self,
        to: &mut Writer,
        on: &Ref,
        choice: &Name,
        [target, arg]: [&Expr; 2],
    ) -> Result<(), Fault> {
        to.message(1, &self.reference(on)?);
        to.number(2, self.string(choice.as_str()));
        self.expr(to, 3, target)?;
        self.expr(to, 4, arg)
    }
}

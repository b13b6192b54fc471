//! Updates.

use super::expressions::At;
use super::tables::Decoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::Case;
use crate::lf::archive::schema;
use crate::lf::ast::Update;

impl<'a> Decoder<'a> {
    pub(super) fn update(&self, at: At<'a>) -> Result<Update, Fault> {
        let case = schema::UPDATE.read(at.body, self.version)?.case()?;
        match case.number {
            2 => {
                let (bindings, body) = self.block(at.part(case.body()))?;
                Ok(Update::Block { bindings, body })
            }
            6 => {
                schema::UNIT.read(case.body(), self.version)?;
                Ok(Update::GetTime)
            }
            15 => self.inner_body(case.body(), at).map(Update::LedgerTimeLt),
            1 | 7 | 11 => self.typed_update(case, at),
            3 | 5 | 12 | 14 => self.create_or_fetch(case, at),
            9 | 16 => self.by_key(case),
            _ => self.exercise(case, at),
        }
    }

    fn typed_update(&self, case: Case<'a>, at: At<'a>) -> Result<Update, Fault> {
        if case.number == 11 {
            let view = schema::TRY_CATCH.read(case.body(), self.version)?;
            return Ok(Update::TryCatch {
                result: self.typ(view.body(1)?)?,
                body: self.inner(&view, 2, at)?,
                binder: self.name(view.int(3))?,
                handler: self.inner(&view, 4, at)?,
            });
        }
        let view = schema::TYPED.read(case.body(), self.version)?;
        let typ = self.typ(view.body(1)?)?;
        let expr = self.inner(&view, 2, at)?;
        Ok(match case.number {
            1 => Update::Pure { typ, expr },
            _ => Update::Embed { typ, expr },
        })
    }

    fn create_or_fetch(&self, case: Case<'a>, at: At<'a>) -> Result<Update, Fault> {
        let view = schema::ON_INTERFACE.read(case.body(), self.version)?;
        let reference = self.reference(view.body(1)?)?;
        let expr = self.inner(&view, 2, at)?;
        Ok(match case.number {
            3 => Update::Create {
                template: reference,
                arg: expr,
            },
            12 => Update::CreateInterface {
                interface: reference,
                arg: expr,
            },
            5 => Update::Fetch {
                template: reference,
                contract_id: expr,
            },
            _ => Update::FetchInterface {
                interface: reference,
                contract_id: expr,
            },
        })
    }

    fn by_key(&self, case: Case<'a>) -> Result<Update, Fault> {
        let view = schema::BY_KEY.read(case.body(), self.version)?;
        let template = self.reference(view.body(1)?)?;
        Ok(match case.number {
            9 => Update::FetchByKey { template },
            _ => Update::QueryNByKey { template },
        })
    }

    fn exercise(&self, case: Case<'a>, at: At<'a>) -> Result<Update, Fault> {
        if case.number == 4 {
            let view = schema::EXERCISE.read(case.body(), self.version)?;
            return Ok(Update::Exercise {
                template: self.reference(view.body(1)?)?,
                choice: self.name(view.int(6))?,
                contract_id: self.inner(&view, 3, at)?,
                arg: self.inner(&view, 5, at)?,
            });
        }
        let view = schema::EXERCISE_OTHER.read(case.body(), self.version)?;
        let reference = self.reference(view.body(1)?)?;
        let choice = self.name(view.int(2))?;
        let target = self.inner(&view, 3, at)?;
        let arg = self.inner(&view, 4, at)?;
        Ok(match case.number {
            13 => Update::ExerciseInterface {
                interface: reference,
                choice,
                contract_id: target,
                arg,
            },
            _ => Update::ExerciseByKey {
                template: reference,
                choice,
                key: target,
                arg,
            },
        })
    }
}

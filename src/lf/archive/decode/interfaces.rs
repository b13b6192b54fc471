//! Expressions that convert to and from interfaces, or ask something of a contract through one.

use super::expressions::At;
use super::tables::Decoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::message::{Case, View};
use crate::lf::archive::schema;
use crate::lf::ast::{Expr, Ref};

impl<'a> Decoder<'a> {
    pub(super) fn on_interface(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        match case.number {
            33 | 34 | 41 | 42 => self.conversion(case, at),
            39 | 43 => self.unsafe_conversion(case, at),
            35 => {
                let view = self.view(&schema::CALL_INTERFACE, case)?;
                Ok(Expr::CallInterface {
                    interface: self.reference(view.body(1)?)?,
                    method: self.name(view.int(2))?,
                    expr: self.boxed(&view, 3, at)?,
                })
            }
            _ => {
                let view = self.view(&schema::ON_INTERFACE, case)?;
                let interface = self.reference(view.body(1)?)?;
                let expr = self.boxed(&view, 2, at)?;
                Ok(match case.number {
                    36 => Expr::SignatoryInterface { interface, expr },
                    37 => Expr::ObserverInterface { interface, expr },
                    38 => Expr::ViewInterface { interface, expr },
                    _ => Expr::InterfaceTemplateTypeRep { interface, expr },
                })
            }
        }
    }

    fn conversion(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        let view = self.view(&schema::CONVERSION, case)?;
        let (first, second) = self.two_references(&view)?;
        let expr = self.boxed(&view, 3, at)?;
        Ok(match case.number {
            33 => Expr::ToInterface {
                interface: first,
                template: second,
                expr,
            },
            34 => Expr::FromInterface {
                interface: first,
                template: second,
                expr,
            },
            41 => Expr::ToRequiredInterface {
                required: first,
                requiring: second,
                expr,
            },
            _ => Expr::FromRequiredInterface {
                required: first,
                requiring: second,
                expr,
            },
        })
    }

    fn unsafe_conversion(&self, case: Case<'a>, at: At<'a>) -> Result<Expr, Fault> {
        let view = self.view(&schema::UNSAFE_CONVERSION, case)?;
        let (first, second) = self.two_references(&view)?;
        let contract_id = self.boxed(&view, 3, at)?;
        let expr = self.boxed(&view, 4, at)?;
        Ok(match case.number {
            39 => Expr::UnsafeFromInterface {
                interface: first,
                template: second,
                contract_id,
                expr,
            },
            _ => Expr::UnsafeFromRequiredInterface {
                required: first,
                requiring: second,
                contract_id,
                expr,
            },
        })
    }

    fn two_references(&self, view: &View<'a>) -> Result<(Ref, Ref), Fault> {
        Ok((
            self.reference(view.body(1)?)?,
            self.reference(view.body(2)?)?,
        ))
    }
}

//! Expressions that convert to and from interfaces, or ask something of a contract through one.

use super::tables::Encoder;
use crate::lf::archive::fault::Fault;
use crate::lf::archive::wire::Writer;
use crate::lf::ast::{Expr, Ref};

impl Encoder<'_> {
    /// Writes what such an expression is made of and tells which case it is.
    pub(super) fn on_interface(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        let (field, interface, inner) = match expr {
            Expr::SignatoryInterface { interface, expr } => (36, interface, expr),
            Expr::ObserverInterface { interface, expr } => (37, interface, expr),
            Expr::ViewInterface { interface, expr } => (38, interface, expr),
            Expr::InterfaceTemplateTypeRep { interface, expr } => (40, interface, expr),
            Expr::CallInterface {
                interface,
                method,
                expr,
            } => {
                to.message(1, &self.reference(interface)?);
                to.number(2, self.string(method.as_str()));
                self.expr(to, 3, expr)?;
                return Ok(35);
            }
            _ => return self.conversion(to, expr),
        };
        to.message(1, &self.reference(interface)?);
        self.expr(to, 2, inner)?;
        Ok(field)
    }

    fn conversion(&mut self, to: &mut Writer, expr: &Expr) -> Result<u32, Fault> {
        let (field, first, second, inner): (u32, &Ref, &Ref, [&Expr; 2]) = match expr {
            Expr::ToInterface {
                interface,
                template,
                expr,
            } => (33, interface, template, [expr, expr]),
            Expr::FromInterface {
                interface,
                template,
                expr,
            } => (34, interface, template, [expr, expr]),
            Expr::ToRequiredInterface {
                required,
                requiring,
                expr,
            } => (41, required, requiring, [expr, expr]),
            Expr::FromRequiredInterface {
                required,
                requiring,
                expr,
            } => (42, required, requiring, [expr, expr]),
            Expr::UnsafeFromInterface {
                interface,
                template,
                contract_id,
                expr,
            } => (39, interface, template, [contract_id, expr]),
            Expr::UnsafeFromRequiredInterface {
                required,
                requiring,
                contract_id,
                expr,
            } => (43, required, requiring, [contract_id, expr]),
            _ => return self.inexpressible("this expression"),
        };
        to.message(1, &self.reference(first)?);
        to.message(2, &self.reference(second)?);
        self.expr(to, 3, inner[0])?;
        if matches!(field, 39 | 43) {
            self.expr(to, 4, inner[1])?;
        }
        Ok(field)
    }
}

//! Interface values: contracts that are looked at through an interface.

use super::scope::Lowerer;
use crate::lf::ast::{Expr, Ref};
use crate::lf::compile::Error;
use crate::lf::compile::constants;
use crate::lf::compile::ir::{Ir, Operation};
use crate::lf::compile::ops::{Nary, Unary, Virtual};
use crate::lf::types::Type;

impl<'a> Lowerer<'_, 'a> {
    /// Expressions on interface values.
    pub(super) fn interface(&mut self, expr: &'a Expr) -> Result<Ir, Error> {
        match expr {
            Expr::ToInterface { template, expr, .. } => {
                let typ = Type::Con(self.compiler.resolver.identifier(template));
                let typ = self.compiler.constant(constants::Key::Type(typ))?;
                self.unary(Unary::ToAny { typ }, expr)
            }
            Expr::FromInterface { template, expr, .. } => {
                let template = self.compiler.template_row(template)?;
                self.unary(Unary::FromInterface { template }, expr)
            }
            Expr::UnsafeFromInterface {
                template,
                contract_id,
                expr,
                ..
            } => {
                let template = self.compiler.template_row(template)?;
                let operands = vec![self.value(contract_id)?, self.value(expr)?];
                let op = Nary::UnsafeFromInterface { template };
                Ok(Ir::Operation(Operation::Nary(op), operands))
            }
            // an interface value is its contract, whatever the interface
            Expr::ToRequiredInterface { expr, .. } => self.value(expr),
            Expr::FromRequiredInterface {
                requiring, expr, ..
            } => {
                let interface = self.compiler.interface_row(requiring)?;
                self.unary(Unary::FromRequiredInterface { interface }, expr)
            }
            Expr::UnsafeFromRequiredInterface {
                required,
                requiring,
                contract_id,
                expr,
            } => self.unsafe_from_required(required, requiring, contract_id, expr),
            Expr::CallInterface {
                interface,
                method,
                expr,
            } => {
                let interface = self.compiler.resolver.identifier(interface);
                self.virtual_call(Virtual::Method(interface, method.clone()), expr)
            }
            Expr::ViewInterface { interface, expr } => {
                let interface = self.compiler.resolver.identifier(interface);
                self.virtual_call(Virtual::View(interface), expr)
            }
            Expr::SignatoryInterface { expr, .. } => self.virtual_call(Virtual::Signatories, expr),
            Expr::ObserverInterface { expr, .. } => self.virtual_call(Virtual::Observers, expr),
            Expr::InterfaceTemplateTypeRep { expr, .. } => self.unary(Unary::TemplateTypeRep, expr),
            _ => Err(Error::Internal("an expression without meaning")),
        }
    }

    fn unsafe_from_required(
        &mut self,
        required: &Ref,
        requiring: &Ref,
        contract_id: &'a Expr,
        expr: &'a Expr,
    ) -> Result<Ir, Error> {
        let required = self.compiler.interface_rows(required, requiring)?;
        let operands = vec![self.value(contract_id)?, self.value(expr)?];
        let op = Nary::UnsafeFromRequiredInterface { required };
        Ok(Ir::Operation(Operation::Nary(op), operands))
    }

    fn virtual_call(&mut self, function: Virtual, expr: &'a Expr) -> Result<Ir, Error> {
        let row = self.compiler.virtual_row(function)?;
        let value = self.value(expr)?;
        Ok(Ir::Operation(Operation::Virtual(row), vec![value]))
    }
}

//! Expressions on interfaces.

use super::arena::{Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use super::expressions::misplaced;
use super::lookup::no_member;
use super::show::show_ref;
use crate::lf::ast::{BuiltinType, Expr, LanguageVersion, Ref};

impl Checker<'_> {
    pub(super) fn on_interface(&mut self, expr: &Expr) -> Result<Ty> {
        use BuiltinType as B;
        match expr {
            Expr::CallInterface {
                interface,
                method,
                expr,
            } => {
                let found = self.interface(interface)?.methods.get(method).copied();
                self.check_contract(interface, expr)?;
                found.ok_or_else(|| no_member("method", interface, method).into())
            }
            Expr::ViewInterface { interface, expr } => {
                self.check_contract(interface, expr)?;
                Ok(self.interface(interface)?.view)
            }
            Expr::SignatoryInterface { interface, expr }
            | Expr::ObserverInterface { interface, expr } => {
                self.check_contract(interface, expr)?;
                self.parties()
            }
            Expr::InterfaceTemplateTypeRep { interface, expr } => {
                self.check_contract(interface, expr)?;
                self.arena.builtin(B::TypeRep)
            }
            _ => self.conversion(expr),
        }
    }

    /// An expression for a contract of an interface.
    fn check_contract(&mut self, interface: &Ref, expr: &Expr) -> Result<()> {
        self.interface(interface)?;
        let contract = self.contract(interface)?;
        self.check(expr, contract)
    }

    /// Between templates and interfaces, and between interfaces.
    fn conversion(&mut self, expr: &Expr) -> Result<Ty> {
        match expr {
            Expr::ToInterface {
                interface,
                template,
                expr,
            } => {
                let (interface, template) = self.instance(interface, template)?;
                self.check(expr, template)?;
                Ok(interface)
            }
            Expr::FromInterface {
                interface,
                template,
                expr,
            } => {
                let (interface, template) = self.instance(interface, template)?;
                self.maybe(expr, interface, template)
            }
            Expr::UnsafeFromInterface {
                interface,
                template,
                contract_id,
                expr,
            } => {
                let versions = |it| it <= LanguageVersion::V2_1;
                self.require("unsafe_from_interface", versions)?;
                let (interface, template) = self.instance(interface, template)?;
                self.unsafely(contract_id, expr, interface)?;
                Ok(template)
            }
            Expr::ToRequiredInterface {
                required,
                requiring,
                expr,
            } => {
                let (required, requiring) = self.requirement(required, requiring)?;
                self.check(expr, requiring)?;
                Ok(required)
            }
            Expr::FromRequiredInterface {
                required,
                requiring,
                expr,
            } => {
                let (required, requiring) = self.requirement(required, requiring)?;
                self.maybe(expr, required, requiring)
            }
            Expr::UnsafeFromRequiredInterface {
                required,
                requiring,
                contract_id,
                expr,
            } => {
                let (required, requiring) = self.requirement(required, requiring)?;
                self.unsafely(contract_id, expr, required)?;
                Ok(requiring)
            }
            _ => Err(misplaced().into()),
        }
    }

    fn maybe(&mut self, expr: &Expr, from: Ty, to: Ty) -> Result<Ty> {
        self.check(expr, from)?;
        self.arena.builtin_of(BuiltinType::Optional, &[to])
    }

    fn unsafely(&mut self, contract_id: &Expr, expr: &Expr, from: Ty) -> Result<()> {
        let id = self.arena.builtin_of(BuiltinType::ContractId, &[from])?;
        self.check(contract_id, id)?;
        self.check(expr, from)
    }

    /// The types of an interface and a template that implements it.
    fn instance(&mut self, interface: &Ref, template: &Ref) -> Result<(Ty, Ty)> {
        self.interface(interface)?;
        let found = self.template(template)?;
        if !found.implements.contains(interface) {
            return Err(Box::new(Fault::NoInstance {
                template: show_ref(template),
                interface: show_ref(interface),
            }));
        }
        Ok((self.contract(interface)?, self.contract(template)?))
    }

    /// The types of an interface and one that requires it.
    fn requirement(&mut self, required: &Ref, requiring: &Ref) -> Result<(Ty, Ty)> {
        self.interface(required)?;
        let found = self.interface(requiring)?;
        if !found.requires.contains(required) {
            return Err(Box::new(Fault::NotRequired {
                interface: show_ref(requiring),
                required: show_ref(required),
            }));
        }
        Ok((self.contract(required)?, self.contract(requiring)?))
    }

    /// `List Party`
    pub(super) fn parties(&mut self) -> Result<Ty> {
        let party = self.arena.builtin(BuiltinType::Party)?;
        self.arena.builtin_of(BuiltinType::List, &[party])
    }
}

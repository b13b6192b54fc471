//! The types of updates.

use std::sync::Arc;

use super::arena::{Node, Result, Ty};
use super::checker::Checker;
use super::error::Fault;
use super::lookup::no_member;
use super::show::show_ref;
use crate::lf::ast::{Binding, BuiltinType, Expr, LanguageVersion, PackageIs, Ref, Update};
use crate::lf::stable;
use crate::model::{DottedName, Name};

impl Checker<'_> {
    pub(super) fn update(&mut self, update: &Update) -> Result<Ty> {
        match update {
            Update::Pure { typ, expr } => {
                let typ = self.star(typ)?;
                self.check(expr, typ)?;
                self.update_of(typ)
            }
            Update::Block { bindings, body } => self.block(bindings, body),
            Update::GetTime => self.update_of_builtin(BuiltinType::Timestamp),
            Update::LedgerTimeLt(time) => {
                let timestamp = self.arena.builtin(BuiltinType::Timestamp)?;
                self.check(time, timestamp)?;
                self.update_of_builtin(BuiltinType::Bool)
            }
            Update::Embed { typ, expr } => {
                let typ = self.star(typ)?;
                let typ = self.update_of(typ)?;
                self.check(expr, typ)?;
                Ok(typ)
            }
            Update::TryCatch {
                result,
                body,
                binder,
                handler,
            } => {
                let result = self.star(result)?;
                let result = self.update_of(result)?;
                self.check(body, result)?;
                let handled = self.arena.builtin_of(BuiltinType::Optional, &[result])?;
                let thrown = self.arena.builtin(BuiltinType::AnyException)?;
                self.with_values(&[(binder, thrown)], |it| it.check(handler, handled))?;
                Ok(result)
            }
            Update::Create { .. }
            | Update::CreateInterface { .. }
            | Update::Exercise { .. }
            | Update::ExerciseInterface { .. }
            | Update::ExerciseByKey { .. }
            | Update::Fetch { .. }
            | Update::FetchInterface { .. }
            | Update::FetchByKey { .. }
            | Update::QueryNByKey { .. } => self.on_ledger(update),
        }
    }

    pub(super) fn update_of(&mut self, typ: Ty) -> Result<Ty> {
        self.arena.builtin_of(BuiltinType::Update, &[typ])
    }

    fn update_of_builtin(&mut self, builtin: BuiltinType) -> Result<Ty> {
        let typ = self.arena.builtin(builtin)?;
        self.update_of(typ)
    }

    fn block(&mut self, bindings: &[Binding], body: &Expr) -> Result<Ty> {
        for binding in bindings {
            let typ = self.star(&binding.typ)?;
            let update = self.update_of(typ)?;
            self.check(&binding.bound, update)?;
            self.bind(&binding.name, typ);
        }
        let typ = self.infer(body)?;
        for binding in bindings {
            self.unbind(&binding.name);
        }
        if self.arena.argument_of(BuiltinType::Update, typ).is_none() {
            let found = self.arena.show(typ);
            return Err(Box::new(Fault::NoUpdate { found }));
        }
        Ok(typ)
    }

    fn on_ledger(&mut self, update: &Update) -> Result<Ty> {
        match update {
            Update::Create { template, arg } => {
                self.template(template)?;
                self.created(template, arg)
            }
            Update::CreateInterface { interface, arg } => {
                self.interface(interface)?;
                self.created(interface, arg)
            }
            Update::Fetch {
                template,
                contract_id,
            } => {
                self.template(template)?;
                self.fetched(template, contract_id)
            }
            Update::FetchInterface {
                interface,
                contract_id,
            } => {
                self.interface(interface)?;
                self.fetched(interface, contract_id)
            }
            Update::Exercise {
                template,
                choice,
                contract_id,
                arg,
            } => {
                let found = self.template(template)?.choices.get(choice).copied();
                self.exercised(template, choice, found, contract_id, arg)
            }
            Update::ExerciseInterface {
                interface,
                choice,
                contract_id,
                arg,
            } => {
                let found = self.interface(interface)?.choices.get(choice).copied();
                self.exercised(interface, choice, found, contract_id, arg)
            }
            _ => self.by_key(update),
        }
    }

    fn by_key(&mut self, update: &Update) -> Result<Ty> {
        match update {
            Update::ExerciseByKey {
                template,
                choice,
                key,
                arg,
            } => {
                let typ = self.key_of(template)?;
                self.check(key, typ)?;
                let found = self.template(template)?.choices.get(choice).copied();
                self.chosen(template, choice, found, arg)
            }
            Update::FetchByKey { template } => {
                let key = self.key_of(template)?;
                let found = self.found_by_key(template)?;
                let update = self.update_of(found)?;
                self.arena.function(key, update)
            }
            Update::QueryNByKey { template } => {
                let key = self.key_of(template)?;
                let found = self.found_by_key(template)?;
                let found = self.arena.builtin_of(BuiltinType::List, &[found])?;
                let found = self.arena.builtin_of(BuiltinType::Optional, &[found])?;
                let update = self.update_of(found)?;
                let update = self.arena.function(key, update)?;
                let limit = self.arena.builtin(BuiltinType::Int64)?;
                self.arena.function(limit, update)
            }
            _ => Err(super::expressions::misplaced().into()),
        }
    }

    /// The type of a template's or interface's contract, and of its ids.
    pub(super) fn contract_and_id(&mut self, of: &Ref) -> Result<(Ty, Ty)> {
        let contract = self.contract(of)?;
        let id = self
            .arena
            .builtin_of(BuiltinType::ContractId, &[contract])?;
        Ok((contract, id))
    }

    fn created(&mut self, of: &Ref, arg: &Expr) -> Result<Ty> {
        let (contract, id) = self.contract_and_id(of)?;
        self.check(arg, contract)?;
        self.update_of(id)
    }

    fn fetched(&mut self, of: &Ref, contract_id: &Expr) -> Result<Ty> {
        let (contract, id) = self.contract_and_id(of)?;
        self.check(contract_id, id)?;
        self.update_of(contract)
    }

    fn exercised(
        &mut self,
        of: &Ref,
        choice: &Name,
        found: Option<(Ty, Ty)>,
        contract_id: &Expr,
        arg: &Expr,
    ) -> Result<Ty> {
        let (_, id) = self.contract_and_id(of)?;
        self.check(contract_id, id)?;
        self.chosen(of, choice, found, arg)
    }

    fn chosen(
        &mut self,
        of: &Ref,
        choice: &Name,
        found: Option<(Ty, Ty)>,
        arg: &Expr,
    ) -> Result<Ty> {
        let (argument, result) = found.ok_or_else(|| no_member("choice", of, choice))?;
        self.check(arg, argument)?;
        self.update_of(result)
    }

    fn key_of(&mut self, template: &Ref) -> Result<Ty> {
        self.require("a contract key", |it| it >= LanguageVersion::V2_3)?;
        let key = self.template(template)?.key;
        key.ok_or_else(|| {
            Box::new(Fault::Unknown {
                what: "key of template",
                name: show_ref(template),
            })
        })
    }

    /// `Tuple2 (ContractId T) T`, the pair being that of Daml's standard library.
    fn found_by_key(&mut self, template: &Ref) -> Result<Ty> {
        const MODULE: &str = "DA.Types";
        let missing = || {
            Box::new(Fault::Internal {
                what: "no stable package with pairs",
            })
        };
        let package = stable::package_of(MODULE).ok_or_else(missing)?;
        let pair = Ref {
            package: PackageIs::Other(package),
            module: DottedName::parse(MODULE).map_err(|_| missing())?,
            name: DottedName::parse("Tuple2").map_err(|_| missing())?,
        };
        let pair = self.arena.add(Node::Con(Arc::new(pair)))?;
        let (contract, id) = self.contract_and_id(template)?;
        self.arena.apply(pair, &[id, contract])
    }
}

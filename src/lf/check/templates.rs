//! The bodies of definitions: values, templates, interfaces and their instances, exceptions.

use super::arena::{Result, Ty};
use super::checker::{Checker, own};
use super::error::Fault;
use super::exports::Cons;
use super::lookup::no_member;
use super::show::show_ref;
use crate::lf::ast::{
    BuiltinType, Choice, DataCons, DefDataType, DefException, DefInterface, DefTemplate, DefValue,
    Expr, InterfaceInstance, Ref, TemplateKey, Type,
};
use crate::model::{ModuleName, Name};

impl Checker<'_> {
    /// What is left of a data type when its constructors have been declared.
    pub(super) fn check_data(&mut self, module: &ModuleName, data: &DefDataType) -> Result<()> {
        let name = own(module, &data.name);
        if data.cons == DataCons::Interface && !self.known.interfaces.contains_key(&name) {
            let name = show_ref(&name);
            return Err(Box::new(Fault::NoInterface { name }));
        }
        if data.serializable {
            self.serializable_data(data)?;
        }
        Ok(())
    }

    pub(super) fn check_value(&mut self, module: &ModuleName, value: &DefValue) -> Result<()> {
        let typ = self.value(&own(module, &value.name))?;
        self.check(&value.expr, typ)
    }

    pub(super) fn check_template(
        &mut self,
        module: &ModuleName,
        template: &DefTemplate,
    ) -> Result<()> {
        let name = own(module, &template.name);
        let contract = self.record_for("template", &name)?;
        self.serializable_argument("argument of a template", &name)?;
        self.with_values(&[(&template.param, contract)], |it| {
            it.check_roles(template)?;
            for choice in &template.choices {
                it.check_choice(&name, choice)?;
            }
            Ok(())
        })?;
        for instance in &template.implements {
            let words = || format!("implements {}", show_ref(&instance.interface));
            self.part(words, |it| {
                it.check_instance(&name, contract, template, instance)
            })?;
        }
        match &template.key {
            Some(key) => self.part(
                || "key".to_owned(),
                |it| it.check_key(contract, &template.param, key),
            ),
            None => Ok(()),
        }
    }

    fn check_roles(&mut self, template: &DefTemplate) -> Result<()> {
        let bool_type = self.arena.builtin(BuiltinType::Bool)?;
        let parties = self.parties()?;
        let roles: [(&str, Option<&Expr>, Ty); 3] = [
            ("precondition", template.precondition.as_ref(), bool_type),
            ("signatories", Some(&template.signatories), parties),
            ("observers", Some(&template.observers), parties),
        ];
        for (role, expr, typ) in roles {
            if let Some(expr) = expr {
                self.part(|| role.to_owned(), |it| it.check(expr, typ))?;
            }
        }
        Ok(())
    }

    /// The variable for the contract is in scope.
    fn check_choice(&mut self, of: &Ref, choice: &Choice) -> Result<()> {
        self.part(
            || format!("choice {}", choice.name),
            |it| {
                let (_, id) = it.contract_and_id(of)?;
                let (name, typ) = &choice.arg;
                let arg = it.star(typ)?;
                let parties = it.parties()?;
                it.with_values(&[(name, arg)], |it| {
                    it.check(&choice.controllers, parties)?;
                    match &choice.observers {
                        Some(observers) => it.check(observers, parties),
                        None => Ok(()),
                    }
                })?;
                let result = it.star(&choice.result)?;
                let update = it.update_of(result)?;
                let bound = [(&choice.self_binder, id), (name, arg)];
                it.with_values(&bound, |it| it.check(&choice.update, update))?;
                it.serializable("argument of a choice", typ)?;
                it.serializable("result of a choice", &choice.result)
            },
        )
    }

    fn check_key(&mut self, contract: Ty, param: &Name, key: &TemplateKey) -> Result<()> {
        let typ = self.star(&key.typ)?;
        self.with_values(&[(param, contract)], |it| it.check(&key.key, typ))?;
        let parties = self.parties()?;
        let maintainers = self.arena.function(typ, parties)?;
        self.check(&key.maintainers, maintainers)?;
        self.serializable("contract key", &key.typ)
    }

    fn check_instance(
        &mut self,
        name: &Ref,
        contract: Ty,
        template: &DefTemplate,
        instance: &InterfaceInstance,
    ) -> Result<()> {
        let interface = self.interface(&instance.interface)?;
        let own = self.template(name)?;
        let mut required: Vec<&Ref> = interface.requires.iter().collect();
        required.sort();
        if let Some(missing) = required.iter().find(|it| !own.implements.contains(**it)) {
            return Err(Box::new(Fault::MissingInstance {
                interface: show_ref(&instance.interface),
                required: show_ref(missing),
            }));
        }
        let has = |method: &Name| instance.methods.iter().any(|(name, _)| name == method);
        let mut methods: Vec<&Name> = interface.methods.keys().collect();
        methods.sort();
        self.arena
            .spend(methods.len().saturating_mul(instance.methods.len()))?;
        if let Some(missing) = methods.iter().find(|method| !has(method)) {
            return Err(Box::new(Fault::MissingMethod {
                interface: show_ref(&instance.interface),
                name: missing.to_string(),
            }));
        }
        self.with_values(&[(&template.param, contract)], |it| {
            for (method, body) in &instance.methods {
                let declared = interface.methods.get(method).copied();
                let unknown = || no_member("method", &instance.interface, method);
                let declared = declared.ok_or_else(unknown)?;
                it.part(|| format!("method {method}"), |it| it.check(body, declared))?;
            }
            it.part(
                || "view".to_owned(),
                |it| it.check(&instance.view, interface.view),
            )
        })
    }

    pub(super) fn check_interface(
        &mut self,
        module: &ModuleName,
        interface: &DefInterface,
    ) -> Result<()> {
        let name = own(module, &interface.name);
        let is_interface = matches!(*self.cons(&name)?, Cons::Interface);
        if !is_interface {
            let name = show_ref(&name);
            return Err(Box::new(Fault::NoInterfaceType { name }));
        }
        self.check_requirements(&name, &interface.requires)?;
        let contract = self.contract(&name)?;
        self.with_values(&[(&interface.param, contract)], |it| {
            for choice in &interface.choices {
                it.check_choice(&name, choice)?;
            }
            Ok(())
        })?;
        self.part(
            || "view".to_owned(),
            |it| {
                it.check_view(&interface.view)?;
                it.serializable("view", &interface.view)
            },
        )
    }

    fn check_requirements(&mut self, name: &Ref, requires: &[Ref]) -> Result<()> {
        if requires.contains(name) {
            return Err(Box::new(Fault::RequiresItself));
        }
        let own = self.interface(name)?;
        for required in requires {
            let further = self.interface(required)?;
            self.arena.spend(further.requires.len())?;
            let mut further: Vec<&Ref> = further.requires.iter().collect();
            further.sort();
            if let Some(missing) = further.iter().find(|it| !own.requires.contains(**it)) {
                return Err(Box::new(Fault::NotClosed {
                    required: show_ref(required),
                    missing: show_ref(missing),
                }));
            }
        }
        Ok(())
    }

    fn check_view(&mut self, view: &std::sync::Arc<Type>) -> Result<()> {
        let typ = self.star(view)?;
        if let Type::Con(reference) = &**view
            && matches!(*self.cons(reference)?, Cons::Record(_))
        {
            return Ok(());
        }
        let found = self.arena.show(typ);
        Err(Box::new(Fault::View { found }))
    }

    pub(super) fn check_exception(
        &mut self,
        module: &ModuleName,
        exception: &DefException,
    ) -> Result<()> {
        let name = own(module, &exception.name);
        let payload = self.record_for("exception", &name)?;
        let text = self.arena.builtin(BuiltinType::Text)?;
        let message = self.arena.function(payload, text)?;
        self.check(&exception.message, message)?;
        self.serializable_argument("argument of an exception", &name)
    }

    /// The type of the record of the same name, which has no parameters.
    fn record_for(&mut self, what: &'static str, name: &Ref) -> Result<Ty> {
        if let (Some(head), Some(cons)) = (self.known.heads.get(name), self.known.cons.get(name))
            && head.params.is_empty()
            && matches!(**cons, Cons::Record(_))
        {
            return Ok(head.con);
        }
        let name = show_ref(name);
        Err(Box::new(Fault::NoRecord { what, name }))
    }
}

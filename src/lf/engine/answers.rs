//! Questions that need no ledger: values for verbose answers, views of interfaces, values of
//! definitions.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::preprocess::typed;
use super::registry::Engine;
use crate::lf::compile::{Definition, FunctionId, Program};
use crate::lf::error::Error;
use crate::lf::machine::{LedgerState, Limits, Machine, Outcome, Val, export};
use crate::lf::signature::{ChoiceSignature, LookupError, Reference, Signatures};
use crate::lf::types::Type;
use crate::lf::value::{self, Value};
use crate::model::{Identifier, Name};

impl Engine {
    /// A value in normal form with the ids and labels that its type gives it.
    pub fn enrich(&self, typ: &Type, value: &Value) -> Result<Value, Error> {
        value::enrich(&self.known(), typ, value).map_err(Error::Value)
    }

    /// A value as an application gives it, checked and brought to normal form.
    pub fn translate(&self, typ: &Type, value: &Value) -> Result<Value, Error> {
        value::translate(&self.known(), typ, value).map_err(Error::Value)
    }

    /// A contract's argument with ids and labels.
    pub fn enrich_argument(&self, template: &Identifier, argument: &Value) -> Result<Value, Error> {
        self.enrich(&Type::Con(template.clone()), argument)
    }

    /// A choice's argument with ids and labels. `id` is the template's, or the interface's if the
    /// choice is an interface's.
    pub fn enrich_choice_argument(
        &self,
        id: &Identifier,
        choice: &Name,
        argument: &Value,
    ) -> Result<Value, Error> {
        let known = self.known();
        let signature = choice_signature(&known, id, choice)?;
        self.enrich(&signature.argument, argument)
    }

    /// A choice's result with ids and labels.
    pub fn enrich_choice_result(
        &self,
        id: &Identifier,
        choice: &Name,
        result: &Value,
    ) -> Result<Value, Error> {
        let known = self.known();
        let signature = choice_signature(&known, id, choice)?;
        self.enrich(&signature.result, result)
    }

    /// A contract's key with ids and labels.
    pub fn enrich_key(&self, template: &Identifier, key: &Value) -> Result<Value, Error> {
        let known = self.known();
        let typ = known.template_key(template);
        self.enrich(typ.map_err(Error::Lookup)?, key)
    }

    /// An interface's view with ids and labels.
    pub fn enrich_view(&self, interface: &Identifier, view: &Value) -> Result<Value, Error> {
        let known = self.known();
        let signature = known.interface(interface);
        self.enrich(&signature.map_err(Error::Lookup)?.view, view)
    }

    /// What a contract looks like through an interface, in normal form. The packages must be loaded, and
    /// stay so only if the handle is pinned.
    pub fn view(
        &self,
        template: &Identifier,
        argument: &Value,
        interface: &Identifier,
    ) -> Result<Value, Error> {
        let mut viewing = self.begin_view(template, argument, interface)?;
        loop {
            if let Some(outcome) = viewing.run() {
                return outcome;
            }
        }
    }

    /// The same, to be run step by step.
    pub fn begin_view(
        &self,
        template: &Identifier,
        argument: &Value,
        interface: &Identifier,
    ) -> Result<Viewing, Error> {
        let program = self.program();
        let signatures = &program.signatures;
        signatures.template(template).map_err(Error::Lookup)?;
        signatures.interface(interface).map_err(Error::Lookup)?;
        let instance = program.instance(template, interface);
        let instance = instance.ok_or_else(|| {
            Error::Lookup(LookupError::of(Reference::InterfaceInstance {
                interface: interface.clone(),
                template: template.clone(),
            }))
        })?;
        let contract = typed(&program, &Type::Con(template.clone()), argument)?;
        Ok(Viewing {
            machine: self.calling(&program, instance.view, vec![contract]),
            limits: self.config().limits(),
            program,
        })
    }

    /// The value of a top-level definition, in normal form.
    pub fn evaluate(&self, definition: &Identifier) -> Result<Value, Error> {
        let program = self.program();
        let value = self.apply(&program, definition, Vec::new())?;
        export(&program, &value, &self.config().limits())
    }

    /// A top-level definition, applied to arguments.
    pub(crate) fn apply(
        &self,
        program: &Arc<Program>,
        definition: &Identifier,
        args: Vec<Val>,
    ) -> Result<Val, Error> {
        let unknown = || Error::Lookup(LookupError::of(Reference::Definition(definition.clone())));
        let (_, package) = program.package(definition.package()).ok_or_else(unknown)?;
        let key = (definition.module().clone(), definition.name().clone());
        match package.definitions.get(&key).ok_or_else(unknown)? {
            Definition::Function { id, arity, .. } if usize::from(*arity) == args.len() => {
                self.call(program, *id, args)
            }
            Definition::Function { .. } => Err(Error::IllTyped("a function".to_owned())),
            Definition::Global(number, index) => {
                let package = program.packages.get(usize::from(*number));
                let global = package.and_then(|package| package.globals.get(*index as usize));
                let function = global.ok_or_else(unknown)?.function;
                self.call(program, FunctionId::new(*number, function), args)
            }
        }
    }

    /// Calls a function that does nothing on the ledger.
    fn call(
        &self,
        program: &Arc<Program>,
        function: FunctionId,
        args: Vec<Val>,
    ) -> Result<Val, Error> {
        let mut machine = self.calling(program, function, args);
        loop {
            if let Some(outcome) = go_on(&mut machine) {
                return outcome;
            }
        }
    }

    fn calling(&self, program: &Arc<Program>, function: FunctionId, args: Vec<Val>) -> Machine {
        let ledger = LedgerState::unused();
        let cancelled = Arc::new(AtomicBool::new(false));
        let config = self.config();
        let limits = Limits {
            steps: config.call_steps_max.min(config.steps_max),
            ..config.limits()
        };
        let mut machine = Machine::new(program.clone(), ledger, limits, cancelled);
        machine.leave_ledger();
        machine.start(function, args, false);
        machine
    }
}

/// A view that is being computed. Like an interpretation, it is a value.
pub struct Viewing {
    program: Arc<Program>,
    machine: Machine,
    limits: Limits,
}

impl Viewing {
    /// Goes on until the view is there, or until a slice of steps is used up: then there is nothing
    /// yet.
    pub fn run(&mut self) -> Option<Result<Value, Error>> {
        let view = go_on(&mut self.machine)?;
        Some(view.and_then(|view| export(&self.program, &view, &self.limits)))
    }
}

/// A slice of a call that does nothing on the ledger.
fn go_on(machine: &mut Machine) -> Option<Result<Val, Error>> {
    match machine.run() {
        Outcome::Done(value) => Some(Ok(value)),
        Outcome::Failed(error) => Some(Err(error)),
        Outcome::Paused => None,
        Outcome::NeedContract(_)
        | Outcome::NeedKey(_)
        | Outcome::NeedPackage(_)
        | Outcome::Exception(_) => {
            let what = "an action outside of an update".to_owned();
            Some(Err(Error::IllTyped(what)))
        }
    }
}

fn choice_signature<'s>(
    signatures: &'s Signatures,
    id: &Identifier,
    choice: &Name,
) -> Result<&'s ChoiceSignature, Error> {
    let signature = if signatures.is_interface(id).map_err(Error::Lookup)? {
        signatures.interface_choice(id, choice)
    } else {
        signatures.template_choice(id, choice)
    };
    signature.map_err(Error::Lookup)
}

//! Evaluating code that is no command: definitions, functions that are applied to answers.
//!
//! Who drives code that asks questions (Daml Script) evaluates it step by step: the code's value
//! says what it asks and has the function that goes on with the answer.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::machine_value::{self, Content, MachineValue};
use super::preprocess::typed;
use super::registry::Engine;
use crate::lf::compile::{Definition, FunctionId, Program};
use crate::lf::error::{Error, Level};
use crate::lf::machine::{LedgerState, Limits, Machine, Outcome, Parts, Val, export, import};
use crate::lf::signature::{LookupError, Reference, Signatures};
use crate::lf::types::Type;
use crate::lf::value::Value;
use crate::model::Identifier;

/// Evaluates with the packages that were loaded when it began, without a ledger. Each call has the
/// limits of one interpretation.
pub struct Evaluation {
    program: Arc<Program>,
    limits: Limits,
    cancelled: Arc<AtomicBool>,
    traces: Vec<Arc<str>>,
    backtrace: Vec<Level>,
}

/// Why an evaluation has no value.
#[derive(Debug, Clone)]
pub enum Uncomputed {
    /// An exception that nothing caught: a value of type `AnyException`.
    Exception(MachineValue),
    /// It has failed.
    Failed(Error),
}

impl From<Error> for Uncomputed {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Engine {
    /// Begins to evaluate; `cancelled`, set from outside, ends it.
    pub fn evaluation(&self, cancelled: Arc<AtomicBool>) -> Evaluation {
        Evaluation {
            program: self.program(),
            limits: self.config().limits(),
            cancelled,
            traces: Vec::new(),
            backtrace: Vec::new(),
        }
    }
}

impl Evaluation {
    /// What the packages offer.
    pub fn signatures(&self) -> &Signatures {
        &self.program.signatures
    }

    /// The value of a top-level definition; that of a function is the function.
    pub fn definition(&mut self, definition: &Identifier) -> Result<MachineValue, Uncomputed> {
        let unknown = || Error::Lookup(LookupError::of(Reference::Definition(definition.clone())));
        let found = self.program.package(definition.package());
        let (_, package) = found.ok_or_else(unknown)?;
        let key = (definition.module().clone(), definition.name().clone());
        match *package.definitions.get(&key).ok_or_else(unknown)? {
            Definition::Function { id, .. } => Ok(MachineValue(Val::Closure {
                function: id,
                args: Parts::none(),
            })),
            Definition::Global(number, index) => {
                let package = self.program.packages.get(usize::from(number));
                let global = package.and_then(|package| package.globals.get(index as usize));
                let function = global.ok_or_else(unknown)?.function;
                let function = FunctionId::new(number, function);
                self.run(|machine| {
                    machine.start(function, Vec::new(), false);
                    Ok(())
                })
            }
        }
    }

    /// The value of a function for arguments.
    pub fn apply(
        &mut self,
        function: &MachineValue,
        args: Vec<MachineValue>,
    ) -> Result<MachineValue, Uncomputed> {
        let args = args.into_iter().map(|arg| arg.0).collect();
        self.run(|machine| machine.start_apply(function.0.clone(), args))
    }

    /// The failure that an exception means where nothing catches it.
    pub fn failure(&mut self, exception: &MachineValue) -> Error {
        let mut machine = self.machine();
        let started = machine.start_unhandled(&exception.0);
        match self.finish(machine, started) {
            Err(Uncomputed::Failed(error)) => error,
            Ok(_) | Err(Uncomputed::Exception(_)) => {
                Error::IllTyped("the message of an exception".to_owned())
            }
        }
    }

    /// What `TRACE` was told since this was asked last.
    pub fn take_traces(&mut self) -> Vec<Arc<str>> {
        std::mem::take(&mut self.traces)
    }

    /// What was under way when the last evaluation failed, the innermost first.
    pub fn take_backtrace(&mut self) -> Vec<Level> {
        std::mem::take(&mut self.backtrace)
    }

    /// Takes a value apart.
    pub fn open(&self, value: &MachineValue) -> Result<Content, Error> {
        machine_value::open(&self.program, &value.0)
    }

    /// Puts a value together. Constructors must be of a type of a loaded package.
    pub fn close(&self, content: Content) -> Result<MachineValue, Error> {
        machine_value::close(&self.program, content).map(MachineValue)
    }

    /// A ledger value as code sees it; it is checked against its type.
    pub fn import(&self, typ: &Type, value: &Value) -> Result<MachineValue, Error> {
        typed(&self.program, typ, value).map(MachineValue)
    }

    /// A ledger value in normal form, which has been checked before, as code sees it.
    pub fn import_normal(&self, typ: &Type, value: &Value) -> Result<MachineValue, Error> {
        import(&self.program, typ, value).map(MachineValue)
    }

    /// A value that can be on the ledger, in normal form.
    pub fn export(&self, value: &MachineValue) -> Result<Value, Error> {
        export(&self.program, &value.0, &self.limits)
    }

    fn machine(&self) -> Machine {
        let ledger = LedgerState::unused();
        let cancelled = self.cancelled.clone();
        let mut machine = Machine::new(self.program.clone(), ledger, self.limits, cancelled);
        machine.leave_ledger();
        machine
    }

    fn run(
        &mut self,
        start: impl FnOnce(&mut Machine) -> Result<(), Outcome>,
    ) -> Result<MachineValue, Uncomputed> {
        let mut machine = self.machine();
        machine.yield_exceptions();
        let started = start(&mut machine);
        self.finish(machine, started)
    }

    fn finish(
        &mut self,
        mut machine: Machine,
        started: Result<(), Outcome>,
    ) -> Result<MachineValue, Uncomputed> {
        let mut outcome = match started {
            Ok(()) => machine.run(),
            Err(outcome) => outcome,
        };
        while matches!(outcome, Outcome::Paused) {
            outcome = machine.run();
        }
        self.traces.extend_from_slice(machine.traces());
        if matches!(outcome, Outcome::Exception(_) | Outcome::Failed(_)) {
            let backtrace = machine.backtrace();
            // finding words for an exception has none of its own
            if !backtrace.is_empty() {
                self.backtrace = backtrace;
            }
        }
        match outcome {
            Outcome::Done(value) => Ok(MachineValue(value)),
            Outcome::Exception(exception) => Err(Uncomputed::Exception(MachineValue(exception))),
            Outcome::Failed(error) => Err(Uncomputed::Failed(error)),
            Outcome::Paused
            | Outcome::NeedContract(_)
            | Outcome::NeedKey(_)
            | Outcome::NeedPackage(_) => Err(Uncomputed::Failed(Error::IllTyped(
                "an action outside of an update".to_owned(),
            ))),
        }
    }
}

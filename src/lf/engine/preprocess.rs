//! From commands to calls of compiled code: names looked up, values checked.

use super::by_key;
use super::replay::ReplayCommand;
use super::submission::Command;
use crate::lf::compile::{FunctionId, Program, Template};
use crate::lf::error::Error;
use crate::lf::machine::{Val, import};
use crate::lf::signature::{LookupError, Reference};
use crate::lf::types::Type;
use crate::lf::value::{Value, check_contract_id, translate};
use crate::model::{ContractId, Identifier, Name};

/// A call that carries out a command, or a part of one.
pub(super) struct Call {
    pub(super) function: FunctionId,
    pub(super) args: Vec<Val>,
    /// Whether the first argument is the contract that the call before created.
    pub(super) on_created: bool,
    /// Whether an exception in it is what is expected.
    pub(super) fails: bool,
    /// To which command it belongs, counted from 0.
    pub(super) command: usize,
}

impl Call {
    pub(super) fn new(function: FunctionId, args: Vec<Val>) -> Self {
        Self {
            function,
            args,
            on_created: false,
            fails: false,
            command: 0,
        }
    }
}

/// Turns commands into calls.
pub(super) fn commands(program: &Program, commands: &[Command]) -> Result<Vec<Call>, Error> {
    let mut calls = Vec::new();
    for (number, command) in commands.iter().enumerate() {
        let before = calls.len();
        add_command(program, command, &mut calls)?;
        let added = calls[before..].iter_mut();
        added.for_each(|call| call.command = number);
    }
    Ok(calls)
}

fn add_command(program: &Program, command: &Command, calls: &mut Vec<Call>) -> Result<(), Error> {
    let signatures = &program.signatures;
    let named = signatures.package_of(command.template());
    named.map_err(Error::Lookup)?;
    match command {
        Command::Create { template, argument } => {
            calls.push(create(program, template, argument)?);
        }
        Command::Exercise {
            template,
            contract_id,
            choice,
            argument,
        } => calls.push(
            if signatures.is_interface(template).map_err(Error::Lookup)? {
                exercise_interface(program, template, contract_id, choice, argument)
            } else {
                exercise(program, template, contract_id, choice, argument)
            }?,
        ),
        Command::ExerciseByKey {
            template,
            key,
            choice,
            argument,
        } => calls.push(by_key::exercise(program, template, key, choice, argument)?),
        Command::CreateAndExercise {
            template,
            create_argument,
            choice,
            choice_argument,
        } => {
            calls.push(create(program, template, create_argument)?);
            calls.push(exercise_created(
                program,
                template,
                choice,
                choice_argument,
            )?);
        }
    }
    Ok(())
}

/// A choice of the contract that the call before creates.
fn exercise_created(
    program: &Program,
    template: &Identifier,
    choice: &Name,
    argument: &Value,
) -> Result<Call, Error> {
    let signature = program.signatures.template_choice(template, choice);
    let signature = signature.map_err(Error::Lookup)?;
    let argument = typed(program, &signature.argument, argument)?;
    let function = choice_function(program, template, choice)?;
    Ok(Call {
        on_created: true,
        ..Call::new(function, vec![Val::Unit, argument])
    })
}

/// Turns the command of a root node into a call.
pub(super) fn replay(program: &Program, command: &ReplayCommand) -> Result<Call, Error> {
    match command {
        ReplayCommand::Create { template, argument } => create(program, template, argument),
        ReplayCommand::Exercise {
            template,
            interface,
            contract_id,
            choice,
            argument,
            by_key,
            fails,
        } => {
            let mut call = match (interface, by_key) {
                (Some(interface), _) => {
                    exercise_interface(program, interface, contract_id, choice, argument)?
                }
                (None, Some(key)) => by_key::exercise(program, template, key, choice, argument)?,
                (None, None) => exercise(program, template, contract_id, choice, argument)?,
            };
            call.fails = *fails;
            Ok(call)
        }
        ReplayCommand::Fetch {
            template,
            by_key: Some(key),
            ..
        } => by_key::fetch(program, template, key),
        ReplayCommand::QueryByKey {
            template,
            key,
            limit,
        } => by_key::query(program, template, key, *limit),
        ReplayCommand::Fetch {
            template,
            interface,
            contract_id,
            by_key: None,
        } => {
            check_contract_id(contract_id).map_err(Error::Value)?;
            let function = match interface {
                Some(interface) => {
                    let signatures = &program.signatures;
                    signatures.interface(interface).map_err(Error::Lookup)?;
                    program.interface(interface).map(|found| found.fetch)
                }
                None => Some(compiled(program, template)?.fetch),
            };
            let function = function.ok_or_else(|| not_compiled(template))?;
            Ok(Call::new(
                function,
                vec![Val::ContractId(contract_id.clone())],
            ))
        }
    }
}

fn create(program: &Program, template: &Identifier, argument: &Value) -> Result<Call, Error> {
    let function = compiled(program, template)?.create;
    let argument = typed(program, &Type::Con(template.clone()), argument)?;
    Ok(Call::new(function, vec![argument]))
}

fn exercise(
    program: &Program,
    template: &Identifier,
    contract_id: &ContractId,
    choice: &Name,
    argument: &Value,
) -> Result<Call, Error> {
    let signature = program.signatures.template_choice(template, choice);
    let signature = signature.map_err(Error::Lookup)?;
    check_contract_id(contract_id).map_err(Error::Value)?;
    let argument = typed(program, &signature.argument, argument)?;
    let function = choice_function(program, template, choice)?;
    let id = Val::ContractId(contract_id.clone());
    Ok(Call::new(function, vec![id, argument]))
}

fn exercise_interface(
    program: &Program,
    interface: &Identifier,
    contract_id: &ContractId,
    choice: &Name,
    argument: &Value,
) -> Result<Call, Error> {
    let signature = program.signatures.interface_choice(interface, choice);
    let signature = signature.map_err(Error::Lookup)?;
    check_contract_id(contract_id).map_err(Error::Value)?;
    let argument = typed(program, &signature.argument, argument)?;
    let found = program.interface(interface);
    let function = found.and_then(|found| found.choices.get(choice));
    let function = *function.ok_or_else(|| not_compiled(interface))?;
    let id = Val::ContractId(contract_id.clone());
    Ok(Call::new(function, vec![id, argument]))
}

fn choice_function(
    program: &Program,
    template: &Identifier,
    choice: &Name,
) -> Result<FunctionId, Error> {
    let function = compiled(program, template)?.choices.get(choice).copied();
    let reference = || Reference::TemplateChoice(template.clone(), choice.clone());
    function.ok_or_else(|| Error::Lookup(LookupError::of(reference())))
}

pub(super) fn compiled<'p>(
    program: &'p Program,
    template: &Identifier,
) -> Result<&'p Template, Error> {
    program
        .signatures
        .template(template)
        .map_err(Error::Lookup)?;
    let found = program.find_template(template);
    let found = found.and_then(|reference| program.template(reference));
    found.ok_or_else(|| not_compiled(template))
}

pub(super) fn not_compiled(id: &Identifier) -> Error {
    Error::Lookup(LookupError::of(Reference::TemplateOrInterface(id.clone())))
}

/// A value of a type, checked, as the machine has it.
pub(super) fn typed(program: &Program, typ: &Type, value: &Value) -> Result<Val, Error> {
    let normal = translate(&program.signatures, typ, value).map_err(Error::Value)?;
    import(program, typ, &normal)
}

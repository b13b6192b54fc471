//! Commands, read from what scripts submit.

use crate::lf::engine::{self, Content, MachineValue};
use crate::lf::value::Value;
use crate::model::{Identifier, Name};
use crate::script::code::{Code, Malformed, Read};
use crate::script::ledger::{Command, Disclosure};

const MODULE: &str = "Questions.Commands";

/// A command with how its package is found.
pub(super) fn command(code: &Code, value: &MachineValue) -> Read<Command> {
    let fields = code.fields((MODULE, "CommandWithMeta"), value)?;
    Ok(Command {
        action: action(code, fields.get("command")?)?,
        exact_package: code.bool(fields.get("explicitPackageId")?)?,
    })
}

fn action(code: &Code, value: &MachineValue) -> Read<engine::Command> {
    let (constructor, inner) = code.variant(value)?;
    Ok(match constructor.as_str() {
        "Create" => {
            let [template] = code.fields_of(&inner)?;
            let (template, argument) = any_template(code, &template)?;
            engine::Command::Create { template, argument }
        }
        "Exercise" => {
            let [template, id, choice] = code.fields_of(&inner)?;
            let (choice, argument) = any_choice(code, &choice)?;
            engine::Command::Exercise {
                template: code.type_rep(&template)?,
                contract_id: code.contract_id(&id)?,
                choice,
                argument,
            }
        }
        "ExerciseByKey" => {
            let [template, by, choice] = code.fields_of(&inner)?;
            let (choice, argument) = any_choice(code, &choice)?;
            engine::Command::ExerciseByKey {
                template: code.type_rep(&template)?,
                key: key(code, &by)?,
                choice,
                argument,
            }
        }
        "CreateAndExercise" => {
            let [template, choice] = code.fields_of(&inner)?;
            let (template, create_argument) = any_template(code, &template)?;
            let (choice, choice_argument) = any_choice(code, &choice)?;
            engine::Command::CreateAndExercise {
                template,
                create_argument,
                choice,
                choice_argument,
            }
        }
        other => return Err(Malformed(format!("an unknown command: {other}"))),
    })
}

fn any_template(code: &Code, value: &MachineValue) -> Read<(Identifier, Value)> {
    let [any] = code.fields_of(value)?;
    let (template, argument) = code.any(&any)?;
    Ok((template, code.evaluation.export(&argument)?))
}

/// A choice has the name of its argument's type.
fn any_choice(code: &Code, value: &MachineValue) -> Read<(Name, Value)> {
    let [any, _template] = code.fields_of(value)?;
    let (typ, argument) = code.any(&any)?;
    let name = Name::parse(typ.name().as_str());
    let name = name.map_err(|error| Malformed(error.to_string()))?;
    Ok((name, code.evaluation.export(&argument)?))
}

/// A key: older libraries put it with its type into an `Any`, newer ones don't.
pub(super) fn key(code: &Code, value: &MachineValue) -> Read<Value> {
    let [any, _template] = code.fields_of(value)?;
    let key = match code.open(&any)? {
        Content::Any { value, .. } => value,
        _ => any,
    };
    Ok(code.evaluation.export(&key)?)
}

/// A contract shown by hand.
pub(super) fn disclosure(code: &Code, value: &MachineValue) -> Read<Disclosure> {
    let fields = code.fields((MODULE, "Disclosure"), value)?;
    let blob = code.text(fields.get("blob")?)?;
    let blob = hex::decode(blob.as_bytes());
    Ok(Disclosure {
        template: code.type_rep(fields.get("templateId")?)?,
        contract_id: code.contract_id(fields.get("contractId")?)?,
        blob: blob.map_err(|error| Malformed(format!("a disclosed contract: {error}")))?,
    })
}

//! What a transaction did, as scripts see it.

use std::sync::Arc;

use crate::lf::engine::{Content, MachineValue};
use crate::lf::signature::ChoiceSignature;
use crate::lf::stack::with_room;
use crate::script::code::{Code, Malformed, Read};
use crate::script::ledger::{Event, Exercised};

const COMMANDS: &str = "Questions.Commands";
const TREE: &str = "Questions.TransactionTree";

/// The results of the commands, in their order.
pub(super) fn results(code: &Code, events: &[Event]) -> Read<MachineValue> {
    code.make_list_of(events, |code, event| match event {
        Event::Created(created) => {
            let id = code.make_contract_id(&created.contract_id)?;
            code.make_variant((COMMANDS, "CommandResult"), "CreateResult", id)
        }
        Event::Exercised(exercised) => {
            let signature = choice(code, exercised)?;
            let result = code
                .evaluation
                .import(&signature.result, &exercised.result)?;
            code.make_variant((COMMANDS, "CommandResult"), "ExerciseResult", result)
        }
    })
}

/// The whole transaction.
pub(super) fn tree(code: &Code, events: &[Event]) -> Read<MachineValue> {
    let roots = code.make_list_of(events, event)?;
    code.make_fields((TREE, "TransactionTree"), &[("rootEvents", roots)])
}

fn event(code: &Code, event: &Event) -> Read<MachineValue> {
    with_room(|| match event {
        Event::Created(created) => {
            let template = &created.template;
            let fields = [
                (
                    "contractId",
                    code.make_any_contract_id(template, &created.contract_id)?,
                ),
                (
                    "argument",
                    code.make_any_template(template, &created.argument)?,
                ),
            ];
            let created = code.make_fields((TREE, "Created"), &fields)?;
            code.make_variant((TREE, "TreeEvent"), "CreatedEvent", created)
        }
        Event::Exercised(exercised) => {
            let fields = [
                (
                    "contractId",
                    code.make_any_contract_id(&exercised.template, &exercised.contract_id)?,
                ),
                ("choice", code.make_text(exercised.choice.as_str())?),
                ("argument", any_choice(code, exercised)?),
                (
                    "childEvents",
                    code.make_list_of(&exercised.children, self::event)?,
                ),
            ];
            let exercised = code.make_fields((TREE, "Exercised"), &fields)?;
            code.make_variant((TREE, "TreeEvent"), "ExercisedEvent", exercised)
        }
    })
}

/// An `AnyChoice`: the argument with its type, and whose choice it is.
fn any_choice(code: &Code, exercised: &Exercised) -> Read<MachineValue> {
    let signature = choice(code, exercised)?;
    let value = code
        .evaluation
        .import(&signature.argument, &exercised.argument)?;
    let any = code.make(Content::Any {
        typ: Arc::new(signature.argument.clone()),
        value,
    })?;
    let of = exercised.interface.as_ref().unwrap_or(&exercised.template);
    code.make_record(vec![any, code.make_type_rep(of)?])
}

fn choice<'c>(code: &'c Code, exercised: &Exercised) -> Read<&'c ChoiceSignature> {
    let signatures = code.evaluation.signatures();
    let found = match &exercised.interface {
        Some(interface) => signatures.interface_choice(interface, &exercised.choice),
        None => signatures.template_choice(&exercised.template, &exercised.choice),
    };
    found.map_err(|error| Malformed(error.to_string()))
}

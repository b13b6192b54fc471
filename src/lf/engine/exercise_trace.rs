//! Where a command failed, in Canton's words: the choices that were under way and the command.

use std::fmt::{Display, Write};

use super::submission::Command;
use crate::lf::error::Level;
use crate::lf::value::Plain;
use crate::model::{ContractId, Identifier};

/// Choices that are told, the innermost first.
const CHOICES_MAX: usize = 10;

/// Digits of a contract id that are told.
const CONTRACT_ID_DIGITS: usize = 10;

/// A line for each choice, and one for the command.
pub(super) fn of(backtrace: &[Level], command: Option<&Command>) -> String {
    let mut text = String::new();
    let mut line = |what: &dyn Display| {
        // writing to a text cannot fail
        let _ = writeln!(text, "    {what}");
    };
    let mut choices = backtrace.iter().filter_map(choice);
    choices.by_ref().take(CHOICES_MAX).for_each(|it| line(&it));
    if choices.next().is_some() {
        line(&"...");
    }
    if let Some(command) = command {
        line(&format!("in {}.", name(command)));
    }
    text
}

fn choice(level: &Level) -> Option<String> {
    let Level::Exercise {
        node,
        template,
        interface,
        choice,
        contract_id,
    } = level
    else {
        return None;
    };
    let of = short(interface.as_ref().unwrap_or(template));
    let contract = start(contract_id);
    Some(format!(
        "in choice {of}:{choice} on contract {contract} (#{})",
        node.0
    ))
}

fn name(command: &Command) -> String {
    match command {
        Command::Create { template, .. } => format!("create command {}", short(template)),
        Command::Exercise {
            template,
            contract_id,
            choice,
            ..
        } => format!(
            "exercise command {}:{choice} on contract {}",
            short(template),
            start(contract_id)
        ),
        Command::ExerciseByKey {
            template,
            key,
            choice,
            ..
        } => format!(
            "exercise-by-key command {}:{choice} on key {}",
            short(template),
            Plain(key)
        ),
        Command::CreateAndExercise {
            template, choice, ..
        } => format!("create-and-exercise command {}:{choice}", short(template)),
    }
}

fn short(id: &Identifier) -> String {
    let package: String = id.package().as_str().chars().take(8).collect();
    format!("{package}:{}:{}", id.module(), id.name())
}

fn start(id: &ContractId) -> String {
    id.to_string().chars().take(CONTRACT_ID_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lf::transaction::NodeId;
    use crate::lf::value::Value;
    use crate::model::Name;

    fn id(text: &str) -> Identifier {
        text.parse().unwrap()
    }

    fn exercise(node: u32, interface: Option<&str>) -> Level {
        Level::Exercise {
            node: NodeId(node),
            template: id("0123456789abcdef:Test:Dummy"),
            interface: interface.map(id),
            choice: Name::literal("Go"),
            contract_id: ContractId::new([0xab; 32], &[0xca, 0x12]),
        }
    }

    #[test]
    fn choices_are_told_from_the_inside_and_then_the_command() {
        let command = Command::Exercise {
            template: id("0123456789abcdef:Test:Dummy"),
            contract_id: ContractId::new([0xab; 32], &[0xca, 0x12]),
            choice: Name::literal("Start"),
            argument: Value::Unit,
        };
        let levels = [
            exercise(3, Some("fedcba9876543210:Face:I")),
            exercise(0, None),
        ];
        assert_eq!(
            of(&levels, Some(&command)),
            "    in choice fedcba98:Face:I:Go on contract 00abababab (#3)\n    \
             in choice 01234567:Test:Dummy:Go on contract 00abababab (#0)\n    \
             in exercise command 01234567:Test:Dummy:Start on contract 00abababab.\n"
        );
    }

    #[test]
    fn ten_choices_are_told_and_that_there_are_more() {
        let levels: Vec<Level> = (0..11).map(|node| exercise(node, None)).collect();
        let text = of(&levels, None);
        assert_eq!(text.lines().count(), 11);
        assert_eq!(text.lines().last(), Some("    ..."));
        assert_eq!(of(&levels[..10], None).lines().count(), 10);
    }
}

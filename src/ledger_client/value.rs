//! Values, commands and their parts, written and read in few words.

use canton_proto::com::daml::ledger::api::v2 as api;

use api::value::Sum;

/// A record of named fields.
pub fn record<const N: usize>(fields: [(&str, api::Value); N]) -> api::Record {
    api::Record {
        record_id: None,
        fields: fields
            .into_iter()
            .map(|(label, value)| api::RecordField {
                label: label.to_owned(),
                value: Some(value),
            })
            .collect(),
    }
}

/// A record as a value.
pub fn nested(record: api::Record) -> api::Value {
    value(Sum::Record(record))
}

/// A party.
pub fn party(party: &str) -> api::Value {
    value(Sum::Party(party.to_owned()))
}

/// A text.
pub fn text(text: &str) -> api::Value {
    value(Sum::Text(text.to_owned()))
}

/// A whole number.
pub fn int64(number: i64) -> api::Value {
    value(Sum::Int64(number))
}

/// A decimal number, as it is written.
pub fn numeric(number: &str) -> api::Value {
    value(Sum::Numeric(number.to_owned()))
}

/// A contract.
pub fn contract(id: &str) -> api::Value {
    value(Sum::ContractId(id.to_owned()))
}

/// A list.
pub fn list(elements: impl IntoIterator<Item = api::Value>) -> api::Value {
    let elements = elements.into_iter().collect();
    value(Sum::List(api::List { elements }))
}

fn value(sum: Sum) -> api::Value {
    api::Value { sum: Some(sum) }
}

/// A template of whatever version of a package the ledger prefers.
pub fn template(package_name: &str, module: &str, entity: &str) -> api::Identifier {
    api::Identifier {
        package_id: format!("#{package_name}"),
        module_name: module.to_owned(),
        entity_name: entity.to_owned(),
    }
}

/// A command that creates a contract.
pub fn create(template: api::Identifier, arguments: api::Record) -> api::Command {
    command(api::command::Command::Create(api::CreateCommand {
        template_id: Some(template),
        create_arguments: Some(arguments),
    }))
}

/// A command that exercises a choice.
pub fn exercise(
    template: api::Identifier,
    contract_id: &str,
    choice: &str,
    argument: api::Record,
) -> api::Command {
    command(api::command::Command::Exercise(api::ExerciseCommand {
        template_id: Some(template),
        contract_id: contract_id.to_owned(),
        choice: choice.to_owned(),
        choice_argument: Some(nested(argument)),
    }))
}

fn command(command: api::command::Command) -> api::Command {
    api::Command {
        command: Some(command),
    }
}

/// The contracts that a transaction creates.
pub fn created(transaction: &api::Transaction) -> impl Iterator<Item = &api::CreatedEvent> {
    transaction
        .events
        .iter()
        .filter_map(|event| match &event.event {
            Some(api::event::Event::Created(created)) => Some(created),
            _ => None,
        })
}

/// Whether a contract is of a template, whatever its package.
pub fn is_of(contract: &api::CreatedEvent, entity: &str) -> bool {
    contract
        .template_id
        .as_ref()
        .is_some_and(|id| id.entity_name == entity)
}

/// A field of a record, by its position in the type and its name: ledgers leave names out unless they
/// are asked for them.
pub fn field<'a>(record: &'a api::Record, position: usize, label: &str) -> Option<&'a Sum> {
    let named = record.fields.iter().find(|field| field.label == label);
    let found = named.or_else(|| {
        let field = record.fields.get(position)?;
        field.label.is_empty().then_some(field)
    });
    found?.value.as_ref()?.sum.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name_or_else_by_position() {
        let mut record = record([("a", int64(1)), ("b", int64(2))]);
        assert_eq!(field(&record, 0, "b"), Some(&Sum::Int64(2)));
        assert_eq!(field(&record, 1, "c"), None);
        for field in &mut record.fields {
            field.label.clear();
        }
        assert_eq!(field(&record, 1, "b"), Some(&Sum::Int64(2)));
        assert_eq!(field(&record, 2, "c"), None);
    }
}

//! Templates, their choices and keys, and the interfaces that they implement.

use super::pair::Pair;
use super::types::Types;
use super::violation::Violation;
use crate::lf::signature::TemplateSignature;
use crate::model::DottedName;

/// A template that is in both versions. Its argument is compared as the data type that it is.
pub(super) fn check(
    name: &DottedName,
    template: Pair<&TemplateSignature>,
    types: &Types<'_>,
) -> Result<(), Violation> {
    let (past, present) = (template.past, template.present);
    let missing = past
        .choices
        .keys()
        .find(|it| !present.choices.contains_key(*it));
    if let Some(choice) = missing {
        return Err(Violation::MissingChoice {
            template: name.clone(),
            choice: choice.clone(),
        });
    }
    for (choice, past) in &past.choices {
        let Some(present) = present.choices.get(choice) else {
            continue;
        };
        let results = (&past.result, &present.result);
        if let Some(change) = types.change(results, (&[], &[])) {
            return Err(Violation::ChangedChoiceResult {
                template: name.clone(),
                choice: choice.clone(),
                change,
            });
        }
    }
    check_key(name, template, types)
}

fn check_key(
    name: &DottedName,
    template: Pair<&TemplateSignature>,
    types: &Types<'_>,
) -> Result<(), Violation> {
    match (&template.past.key, &template.present.key) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Violation::AddedKey(name.clone())),
        (Some(_), None) => Err(Violation::RemovedKey(name.clone())),
        (Some(past), Some(present)) => match types.change((past, present), (&[], &[])) {
            None => Ok(()),
            Some(change) => Err(Violation::ChangedKeyType {
                template: name.clone(),
                change,
            }),
        },
    }
}

/// The interfaces that a template implements; it may implement more of them later.
pub(super) fn check_implementations(
    name: &DottedName,
    template: Pair<&TemplateSignature>,
) -> Result<(), Violation> {
    let present = &template.present.implements;
    match template.past.implements.difference(present).next() {
        None => Ok(()),
        Some(interface) => Err(Violation::MissingImplementation {
            template: name.clone(),
            interface: interface.clone(),
        }),
    }
}

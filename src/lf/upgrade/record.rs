//! Records: arguments of templates, choices and constructors among them.

use std::collections::BTreeSet;

use super::data::{Compared, reordered, without};
use super::violation::{Origin, Violation};
use crate::lf::ast::BuiltinType;
use crate::lf::types::Type;
use crate::model::Name;

type Fields = [(Name, Type)];

pub(super) fn check(
    past: &Fields,
    present: &Fields,
    compared: &Compared<'_>,
) -> Result<(), Violation> {
    let origin = || compared.origin.clone();
    let missing = without(names(past), names(present));
    if !missing.is_empty() {
        return Err(Violation::MissingFields {
            origin: origin(),
            fields: missing,
        });
    }
    let changed = compared.changes(past, present);
    if !changed.is_empty() {
        return Err(Violation::ChangedFields {
            origin: origin(),
            fields: changed,
        });
    }
    check_new_fields(past, present, compared.origin)?;
    match reordered(names(past), names(present)) {
        None => Ok(()),
        Some((past, present)) => Err(Violation::ReorderedFields {
            origin: origin(),
            past,
            present,
        }),
    }
}

fn check_new_fields(past: &Fields, present: &Fields, origin: &Origin) -> Result<(), Violation> {
    let known: BTreeSet<&Name> = names(past).collect();
    let required = present.iter().filter(|(_, typ)| !is_optional(typ));
    let required: Vec<Name> = required
        .filter(|(name, _)| !known.contains(name))
        .map(|(name, _)| name.clone())
        .collect();
    if required.is_empty() {
        return Ok(());
    }
    let (origin, fields) = (origin.clone(), required);
    Err(match origin {
        Origin::Constructor { .. } => Violation::NewConstructorFieldsNotOptional { origin, fields },
        Origin::Template(_) | Origin::ChoiceInput { .. } | Origin::TopLevel(_) => {
            Violation::NewFieldsNotOptional { origin, fields }
        }
    })
}

fn is_optional(typ: &Type) -> bool {
    matches!(typ.spine(), (Type::Builtin(BuiltinType::Optional), args) if args.len() == 1)
}

fn names(fields: &Fields) -> impl Iterator<Item = &Name> {
    fields.iter().map(|(name, _)| name)
}

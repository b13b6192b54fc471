//! Names of templates, interfaces and types.

use canton_proto::com::daml::ledger::api::v2 as proto;

use super::fields::required;
use crate::model::{DottedName, Identifier, ModuleName, PackageId, PackageRef, TypeConRef};
use crate::participant::errors::Refusal;

/// A template or interface, its package by id or by name.
pub(super) fn type_ref(id: &proto::Identifier) -> Result<TypeConRef, Refusal> {
    let (module, name) = qualified_name(id)?;
    let package = PackageRef::parse(&id.package_id)
        .map_err(|error| Refusal::invalid_field("package reference", error))?;
    Ok(TypeConRef {
        package,
        module,
        name,
    })
}

/// A type, its package by id.
pub(super) fn identifier(id: &proto::Identifier) -> Result<Identifier, Refusal> {
    let (module, name) = qualified_name(id)?;
    let package = required(&id.package_id, "package_id", PackageId::parse)?;
    Ok(Identifier::new(package, module, name))
}

fn qualified_name(id: &proto::Identifier) -> Result<(ModuleName, DottedName), Refusal> {
    let part = |text: &str, field: &str| {
        if text.is_empty() {
            return Err(Refusal::invalid_field(field, "Expected a non-empty string"));
        }
        DottedName::parse(text).map_err(|error| Refusal::invalid_field(field, error))
    };
    Ok((
        part(&id.module_name, "module_name")?,
        part(&id.entity_name, "entity_name")?,
    ))
}

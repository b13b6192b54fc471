//! Names that must differ: within a module, a template, an interface, an instance.

use std::collections::BTreeSet;

use super::ast::{Choice, Module, PackageIs, Ref};

/// Two things with the same name where names must differ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {name} is defined twice")]
pub struct Duplicate {
    /// What is named.
    pub what: &'static str,
    /// The name.
    pub name: String,
}

/// Checks the names that a module defines.
///
/// Types, synonyms and values share a space of names; templates, exceptions and interfaces another.
pub fn check_module(module: &Module) -> Result<(), Duplicate> {
    let synonyms = module.synonyms.iter().map(|d| &d.name);
    let data_types = module.data_types.iter().map(|d| &d.name);
    let values = module.values.iter().map(|d| &d.name);
    check("definition", synonyms.chain(data_types).chain(values))?;
    let templates = module.templates.iter().map(|d| &d.name);
    let exceptions = module.exceptions.iter().map(|d| &d.name);
    let interfaces = module.interfaces.iter().map(|d| &d.name);
    check(
        "template, exception or interface",
        templates.chain(exceptions).chain(interfaces),
    )?;
    for template in &module.templates {
        check_choices(&template.choices)?;
        let implements = template.implements.iter();
        check(
            "the implementation of",
            implements.map(|instance| qualified(&instance.interface)),
        )?;
        for instance in &template.implements {
            check("method", instance.methods.iter().map(|(name, _)| name))?;
        }
    }
    for interface in &module.interfaces {
        check_choices(&interface.choices)?;
        check(
            "method",
            interface.methods.iter().map(|method| &method.name),
        )?;
        check(
            "required interface",
            interface.requires.iter().map(qualified),
        )?;
    }
    Ok(())
}

/// Refuses a name that occurs twice.
pub fn check<N: Ord + Clone + ToString>(
    what: &'static str,
    names: impl IntoIterator<Item = N>,
) -> Result<(), Duplicate> {
    let mut seen = BTreeSet::new();
    match names.into_iter().find(|name| !seen.insert(name.clone())) {
        None => Ok(()),
        Some(twice) => Err(Duplicate {
            what,
            name: twice.to_string(),
        }),
    }
}

fn check_choices(choices: &[Choice]) -> Result<(), Duplicate> {
    check("choice", choices.iter().map(|choice| &choice.name))
}

/// A reference as people write it.
fn qualified(reference: &Ref) -> String {
    let Ref {
        package,
        module,
        name,
    } = reference;
    match package {
        PackageIs::This => format!("{module}:{name}"),
        PackageIs::Other(id) => format!("'{id}':{module}:{name}"),
    }
}

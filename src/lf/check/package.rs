//! A whole package, in order.

use super::arena::{Arena, LIMITS, Limits, Result};
use super::checker::Checker;
use super::collisions;
use super::error::{CheckError, Fault, list};
use super::exports::{Carrier, Exports, World};
use super::graph;
use super::substitute::Transfer;
use crate::lf::ast::{Module, Package};
use crate::lf::distinct;
use crate::model::PackageId;

type Checked = std::result::Result<(), CheckError>;

/// Checks a package whose dependencies have been checked. What it says of its types belongs into the
/// world when the package is kept.
///
/// # Errors
/// The first rule that it breaks.
pub fn check(
    package: &Package,
    id: &PackageId,
    world: &World,
) -> std::result::Result<Exports, CheckError> {
    check_within(package, id, world, LIMITS)
}

pub(super) fn check_within(
    package: &Package,
    id: &PackageId,
    world: &World,
    limits: Limits,
) -> std::result::Result<Exports, CheckError> {
    check_names(package).map_err(whole)?;
    check_dependencies(package, world).map_err(whole)?;
    let mut checker = Checker::new(package, world, limits).map_err(whole)?;
    checker.declare()?;
    for module in &package.modules {
        check_module(&mut checker, module)?;
    }
    check_modules(&checker).map_err(whole)?;
    export(&checker, id).map_err(whole)
}

/// A fault of the package as a whole.
fn whole(fault: Box<Fault>) -> CheckError {
    CheckError { place: None, fault }
}

fn check_names(package: &Package) -> Result<()> {
    for module in &package.modules {
        let distinct = distinct::check_module(module);
        distinct.map_err(|duplicate| Box::new(Fault::Duplicate { duplicate }))?;
    }
    collisions::check(package)
}

fn check_dependencies(package: &Package, world: &World) -> Result<()> {
    for dependency in &package.dependencies {
        let Some(exports) = world.package(dependency) else {
            return Err(Box::new(Fault::Unknown {
                what: "package",
                name: dependency.to_string(),
            }));
        };
        if exports.language > package.language {
            return Err(Box::new(Fault::NewerDependency {
                dependency: dependency.clone(),
                has: exports.language,
                own: package.language,
            }));
        }
    }
    Ok(())
}

fn check_module(checker: &mut Checker<'_>, module: &Module) -> Checked {
    let name = &module.name;
    for data in &module.data_types {
        checker.at(name, "type", &data.name, |it| it.check_data(name, data))?;
    }
    for value in &module.values {
        checker.at(name, "value", &value.name, |it| it.check_value(name, value))?;
    }
    for template in &module.templates {
        checker.at(name, "template", &template.name, |it| {
            it.check_template(name, template)
        })?;
    }
    for exception in &module.exceptions {
        checker.at(name, "exception", &exception.name, |it| {
            it.check_exception(name, exception)
        })?;
    }
    for interface in &module.interfaces {
        checker.at(name, "interface", &interface.name, |it| {
            it.check_interface(name, interface)
        })?;
    }
    Ok(())
}

/// The modules must not use each other in a circle.
fn check_modules(checker: &Checker<'_>) -> Result<()> {
    let uses = checker.uses.iter().map(|used| {
        let mut used: Vec<usize> = used.iter().map(|it| *it as usize).collect();
        used.sort_unstable();
        used
    });
    let uses: Vec<Vec<usize>> = uses.collect();
    match graph::order(&uses) {
        Ok(_) => Ok(()),
        Err(circle) => {
            let modules = &checker.package.modules;
            let circle = circle.iter().map(|it| modules[*it].name.as_str());
            let modules = list(circle);
            Err(Box::new(Fault::ModuleCycle { modules }))
        }
    }
}

fn export(checker: &Checker<'_>, id: &PackageId) -> Result<Exports> {
    let mut to = Arena::new(LIMITS)?;
    let definitions = Carrier {
        transfer: &mut Transfer::default(),
        from: checker.arena.nodes(),
        package: id,
        to: &mut to,
    }
    .definitions(&checker.known)?;
    Ok(Exports {
        language: checker.package.language,
        nodes: to.into_nodes(),
        definitions,
    })
}

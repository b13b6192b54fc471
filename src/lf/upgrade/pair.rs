//! Two packages, one of which claims to be a later version of the other.

use std::collections::BTreeMap;

use super::types::Types;
use super::violation::{Incompatible, Origin, Violation};
use super::{data, template};
use crate::lf::signature::{DataCons, DataType, PackageSignature, Signatures, TemplateSignature};
use crate::lf::types::Type;
use crate::model::{DottedName, Identifier, ModuleName, Name};

/// Something in the old version and in the new one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<T> {
    pub past: T,
    pub present: T,
}

/// Checks that `present` may follow `past`. `known` has both and everything that they refer to.
///
/// # Errors
/// The first rule that is broken, in the order of names.
pub fn check_pair(
    past: &PackageSignature,
    present: &PackageSignature,
    known: &Signatures,
) -> Result<(), Incompatible> {
    let whole = |violation| Incompatible {
        module: None,
        violation,
    };
    if present.language < past.language {
        return Err(whole(Violation::OlderLanguage {
            past: past.language,
            present: present.language,
        }));
    }
    if let Some(missing) = past.modules.difference(&present.modules).next() {
        return Err(whole(Violation::MissingModule(missing.clone())));
    }
    let types = Types { known };
    let modules = Pair {
        past: Module::of(past),
        present: Module::of(present),
    };
    for (name, past) in &modules.past {
        let Some(present) = modules.present.get(name) else {
            continue;
        };
        check_module(Pair { past, present }, &types).map_err(|violation| Incompatible {
            module: Some((*name).clone()),
            violation,
        })?;
    }
    Ok(())
}

fn check_module(modules: Pair<&Module<'_>>, types: &Types<'_>) -> Result<(), Violation> {
    for (name, past) in &modules.past.templates {
        let Some(present) = modules.present.templates.get(name) else {
            return Err(Violation::MissingTemplate((*name).clone()));
        };
        let (past, present) = (*past, *present);
        template::check(name, Pair { past, present }, types)?;
    }
    for (name, past) in &modules.past.templates {
        if let Some(present) = modules.present.templates.get(name) {
            let (past, present) = (*past, *present);
            template::check_implementations(name, Pair { past, present })?;
        }
    }
    let past = &modules.past.data_types;
    let present = &modules.present.data_types;
    let is_missing =
        |it: &(&&DottedName, &&DataType)| it.1.serializable && !present.contains_key(*it.0);
    if let Some((name, _)) = past.iter().find(is_missing) {
        return Err(Violation::MissingDataType((*name).clone()));
    }
    for (name, past) in past {
        if let Some(present) = present.get(name) {
            let (past, present) = (*past, *present);
            data::check(name, Pair { past, present }, modules, types)?;
        }
    }
    Ok(())
}

/// What is compared of a module.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    templates: BTreeMap<&'a DottedName, &'a TemplateSignature>,
    /// Those that are not the types of interfaces or exceptions.
    data_types: BTreeMap<&'a DottedName, &'a DataType>,
    /// The records that are arguments of choices, with their templates.
    choices: BTreeMap<DottedName, (&'a DottedName, &'a Name)>,
    /// The records that are arguments of constructors, with their variants.
    constructors: BTreeMap<DottedName, (&'a DottedName, &'a Identifier)>,
}

impl<'a> Module<'a> {
    fn of(package: &'a PackageSignature) -> BTreeMap<&'a ModuleName, Self> {
        let names = package.modules.iter();
        let mut modules: BTreeMap<_, Self> = names.map(|name| (name, Self::default())).collect();
        for (id, template) in &package.templates {
            modules
                .entry(id.module())
                .or_default()
                .add_template(id.name(), template);
        }
        for (id, data) in &package.data_types {
            if !package.interfaces.contains_key(id) && !package.exceptions.contains(id) {
                let module = modules.entry(id.module()).or_default();
                module.data_types.insert(id.name(), data);
            }
        }
        for module in modules.values_mut() {
            module.find_constructors();
        }
        modules
    }

    fn add_template(&mut self, name: &'a DottedName, template: &'a TemplateSignature) {
        for choice in template.choices.keys() {
            // the record stands beside the template: `A.T` has the choice record `A.C`
            let outer = name.as_str().rsplit_once('.').map(|(outer, _)| outer);
            let record = DottedName::from_segments(outer.into_iter().chain([choice.as_str()]));
            if let Ok(record) = record {
                self.choices.insert(record, (name, choice));
            }
        }
        self.templates.insert(name, template);
    }

    fn find_constructors(&mut self) {
        for (variant, data) in &self.data_types {
            let DataCons::Variant(constructors) = &data.cons else {
                continue;
            };
            for (constructor, argument) in constructors {
                let record = [variant.as_str(), constructor.as_str()];
                if let (Type::Con(id), _) = argument.spine()
                    && let Ok(record) = DottedName::from_segments(record)
                {
                    self.constructors.insert(record, (*variant, id));
                }
            }
        }
    }

    /// What a data type of the module is there for.
    pub(super) fn origin(&self, name: &DottedName) -> Origin {
        if self.templates.contains_key(name) {
            return Origin::Template(name.clone());
        }
        if let Some((template, choice)) = self.choices.get(name) {
            return Origin::ChoiceInput {
                template: (*template).clone(),
                choice: (*choice).clone(),
            };
        }
        match self.constructors.get(name) {
            Some((variant, argument)) => Origin::Constructor {
                variant: (*variant).clone(),
                argument: (*argument).clone(),
            },
            None => Origin::TopLevel(name.clone()),
        }
    }
}

//! Names that files and generated code could not tell apart: equal when case is ignored.

use rustc_hash::FxHashMap;

use super::error::Fault;
use crate::lf::ast::{Choice, DataCons, Module, Package};
use crate::model::{DottedName, Name};

/// Something with a place among the names of a package.
#[derive(Clone, Copy)]
struct Named<'a> {
    what: &'static str,
    module: &'a DottedName,
    definition: Option<&'a DottedName>,
    member: Option<&'a Name>,
}

/// Refuses two names that are the same but for case. Only a variant's constructor may have the name
/// of a record of its module: that of its fields.
pub(super) fn check(package: &Package) -> Result<(), Box<Fault>> {
    let mut seen: FxHashMap<String, Vec<Named<'_>>> = FxHashMap::default();
    for named in package.modules.iter().flat_map(all) {
        let others = seen.entry(named.path().to_ascii_uppercase()).or_default();
        if let Some(other) = others.iter().find(|other| !may_share(**other, named)) {
            return Err(Box::new(Fault::Collision {
                one: other.words(),
                other: named.words(),
            }));
        }
        others.push(named);
    }
    Ok(())
}

fn all(module: &Module) -> Vec<Named<'_>> {
    let mut found = vec![Named {
        what: "module",
        module: &module.name,
        definition: None,
        member: None,
    }];
    let named = |what, definition, member| Named {
        what,
        module: &module.name,
        definition: Some(definition),
        member,
    };
    for data in &module.data_types {
        let (what, member, parts): (_, _, Vec<&Name>) = match &data.cons {
            DataCons::Record(fields) => (RECORD, "field", fields.iter().map(|it| &it.0).collect()),
            DataCons::Variant(cons) => (
                "variant",
                CONSTRUCTOR,
                cons.iter().map(|it| &it.0).collect(),
            ),
            DataCons::Enum(cons) => ("enum", "enum constructor", cons.iter().collect()),
            DataCons::Interface => ("interface", "", Vec::new()),
        };
        found.push(named(what, &data.name, None));
        found.extend(parts.iter().map(|it| named(member, &data.name, Some(*it))));
    }
    let synonyms = module.synonyms.iter();
    found.extend(synonyms.map(|it| named("type synonym", &it.name, None)));
    let templates = module.templates.iter().map(|it| (&it.name, &it.choices));
    let interfaces = module.interfaces.iter().map(|it| (&it.name, &it.choices));
    for (name, choices) in templates.chain(interfaces) {
        let choices = choices.iter().map(|Choice { name, .. }| name);
        found.extend(choices.map(|choice| named("choice", name, Some(choice))));
    }
    found
}

const RECORD: &str = "record";
const CONSTRUCTOR: &str = "variant constructor";

fn may_share(one: Named<'_>, other: Named<'_>) -> bool {
    let is_pair = matches!(
        (one.what, other.what),
        (RECORD, CONSTRUCTOR) | (CONSTRUCTOR, RECORD)
    );
    // case counts here
    is_pair && one.module == other.module && one.path() == other.path()
}

impl Named<'_> {
    fn path(&self) -> String {
        let mut path = self.module.to_string();
        if let Some(definition) = self.definition {
            path = format!("{path}.{definition}");
        }
        match self.member {
            Some(member) => format!("{path}.{member}"),
            None => path,
        }
    }

    fn words(&self) -> String {
        let mut words = format!("{} {}", self.what, self.module);
        if let Some(definition) = self.definition {
            words = format!("{words}:{definition}");
        }
        match self.member {
            Some(member) => format!("{words}:{member}"),
            None => words,
        }
    }
}

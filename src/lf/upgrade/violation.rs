//! How a new version breaks a rule.

use std::fmt;

use super::rule::Rule;
use crate::lf::ast::LanguageVersion;
use crate::model::{DottedName, Identifier, ModuleName, Name};

/// A new version of a package that may not follow the old one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incompatible {
    /// Where; `None` for the package as a whole.
    pub module: Option<ModuleName>,
    /// What is wrong there.
    pub violation: Violation,
}

impl fmt::Display for Incompatible {
    /// What is wrong in the words that Canton has for it, then the place and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.violation.to_string();
        write!(f, "{}.", said.strip_suffix('.').unwrap_or(&said))?;
        if let Some(detail) = self.violation.detail() {
            write!(f, " {detail}.")?;
        }
        if let Some(module) = &self.module {
            write!(f, " (In module {module}.)")?;
        }
        write!(f, " {}", self.violation.rule().remedy())
    }
}

impl std::error::Error for Incompatible {}

/// A rule that is broken, and by what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each names the rule that it breaks")]
pub enum Violation {
    #[error("The upgraded package uses an older LF version ({present} < {past})")]
    OlderLanguage {
        past: LanguageVersion,
        present: LanguageVersion,
    },
    #[error(
        "Module {0} appears in package that is being upgraded, but does not appear in the \
         upgrading package."
    )]
    MissingModule(ModuleName),
    #[error(
        "Template {0} appears in package that is being upgraded, but does not appear in the \
         upgrading package."
    )]
    MissingTemplate(DottedName),
    #[error(
        "Choice {choice} appears in package that is being upgraded, but does not appear in the \
         upgrading package."
    )]
    MissingChoice { template: DottedName, choice: Name },
    #[error("The upgraded choice {choice} cannot change its return type.")]
    ChangedChoiceResult {
        template: DottedName,
        choice: Name,
        change: Change,
    },
    #[error("The upgraded template {0} cannot add a key.")]
    AddedKey(DottedName),
    #[error("The upgraded template {0} cannot remove its key.")]
    RemovedKey(DottedName),
    #[error("The upgraded template {template} cannot change its key type.")]
    ChangedKeyType {
        template: DottedName,
        change: Change,
    },
    #[error(
        "Implementation of interface {interface} by template {template} appears in package that is \
         being upgraded, but does not appear in this package."
    )]
    MissingImplementation {
        template: DottedName,
        interface: Identifier,
    },
    #[error(
        "Data type {0} appears in package that is being upgraded, but does not appear in the \
         upgrading package."
    )]
    MissingDataType(DottedName),
    #[error(
        "The upgraded {0} was serializable and is now unserializable. Datatypes cannot change \
         their serializability via upgrades."
    )]
    BecameUnserializable(Origin),
    #[error("The record {name} has changed origin from {past} to {present}")]
    ChangedOrigin {
        name: DottedName,
        past: Origin,
        present: Origin,
    },
    #[error("The upgraded {origin} has changed the number of type variables it has.")]
    ChangedParameterCount {
        origin: Origin,
        past: usize,
        present: usize,
    },
    #[error("The upgraded {origin} has changed the kind of one of its type variables.")]
    ChangedParameterKind { origin: Origin, parameter: Name },
    #[error(
        "The upgraded data type {name} has changed from a {past} to a {present}. Datatypes cannot \
         change variety via upgrades."
    )]
    ChangedVariety {
        name: DottedName,
        past: &'static str,
        present: &'static str,
    },
    #[error("The upgraded {origin} is missing some of its original fields.")]
    MissingFields { origin: Origin, fields: Vec<Name> },
    #[error("The upgraded {origin} has changed the types of some of its original fields.")]
    ChangedFields {
        origin: Origin,
        fields: Vec<(Name, Change)>,
    },
    #[error("The upgraded {origin} has added new fields, but those fields are not Optional.")]
    NewFieldsNotOptional { origin: Origin, fields: Vec<Name> },
    #[error("The upgraded {origin} has added a field.")]
    NewConstructorFieldsNotOptional { origin: Origin, fields: Vec<Name> },
    #[error(
        "The upgraded {origin} has changed the order of its fields - any new fields must be added \
         at the end of the record."
    )]
    ReorderedFields {
        origin: Origin,
        past: Name,
        present: Name,
    },
    #[error("The upgraded {origin} has removed an existing variant.")]
    RemovedConstructors { origin: Origin, removed: Vec<Name> },
    #[error("The upgraded {origin} has changed the type of a variant.")]
    ChangedConstructors {
        origin: Origin,
        changed: Vec<(Name, Change)>,
    },
    #[error(
        "The upgraded {origin} has changed the order of its variants - any new variant must be \
         added at the end of the variant."
    )]
    ReorderedConstructors {
        origin: Origin,
        past: Name,
        present: Name,
    },
    #[error("The upgraded {origin} has removed an existing variant.")]
    RemovedEnumConstructors { origin: Origin, removed: Vec<Name> },
    #[error(
        "The upgraded {origin} has changed the order of its variants - any new variant must be \
         added at the end of the enum."
    )]
    ReorderedEnum {
        origin: Origin,
        past: Name,
        present: Name,
    },
}

impl Violation {
    /// The rule that is broken.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::OlderLanguage { .. } => Rule::LanguageNotOlder,
            Self::MissingModule(_) => Rule::ModulesStay,
            Self::MissingTemplate(_) => Rule::TemplatesStay,
            Self::MissingChoice { .. } => Rule::ChoicesStay,
            Self::ChangedChoiceResult { .. } => Rule::ChoiceResultStays,
            Self::AddedKey(_) => Rule::KeyNotAdded,
            Self::RemovedKey(_) => Rule::KeyNotRemoved,
            Self::ChangedKeyType { .. } => Rule::KeyTypeStays,
            Self::MissingImplementation { .. } => Rule::ImplementationsStay,
            Self::MissingDataType(_) => Rule::DataTypesStay,
            Self::BecameUnserializable(_) => Rule::SerializableStays,
            Self::ChangedOrigin { .. } => Rule::OriginStays,
            Self::ChangedParameterCount { .. } => Rule::ParameterCountStays,
            Self::ChangedParameterKind { .. } => Rule::ParameterKindsStay,
            Self::ChangedVariety { .. } => Rule::VarietyStays,
            Self::MissingFields { .. } => Rule::FieldsStay,
            Self::ChangedFields { .. } => Rule::FieldTypesStay,
            Self::NewFieldsNotOptional { .. } => Rule::NewFieldsOptional,
            Self::NewConstructorFieldsNotOptional { .. } => Rule::NewConstructorFieldsOptional,
            Self::ReorderedFields { .. } => Rule::FieldOrderStays,
            Self::RemovedConstructors { .. } => Rule::ConstructorsStay,
            Self::ChangedConstructors { .. } => Rule::ConstructorTypesStay,
            Self::ReorderedConstructors { .. } => Rule::ConstructorOrderStays,
            Self::RemovedEnumConstructors { .. } => Rule::EnumConstructorsStay,
            Self::ReorderedEnum { .. } => Rule::EnumOrderStays,
        }
    }

    /// The fields, constructors and types that Canton's words leave out.
    fn detail(&self) -> Option<String> {
        Some(match self {
            Self::MissingChoice { template, .. } => {
                format!("It is a choice of template {template}")
            }
            Self::ChangedChoiceResult {
                template, change, ..
            } => format!("On template {template} it {change}"),
            Self::ChangedKeyType { change, .. } => format!("It {change}"),
            Self::ChangedParameterCount { past, present, .. } => {
                format!("It had {past} and has {present}")
            }
            Self::ChangedParameterKind { parameter, .. } => format!("It is {parameter}"),
            Self::MissingFields { fields, .. } => format!("It has no more {}", names(fields)),
            Self::ChangedFields { fields, .. } => changes(fields),
            Self::NewFieldsNotOptional { fields, .. }
            | Self::NewConstructorFieldsNotOptional { fields, .. } => {
                format!("Not Optional: {}", names(fields))
            }
            Self::RemovedConstructors { removed, .. }
            | Self::RemovedEnumConstructors { removed, .. } => {
                format!("It has no more {}", names(removed))
            }
            Self::ChangedConstructors { changed, .. } => changes(changed),
            Self::ReorderedFields { past, present, .. }
            | Self::ReorderedConstructors { past, present, .. }
            | Self::ReorderedEnum { past, present, .. } => {
                format!("{present} stands in the place of {past}")
            }
            Self::OlderLanguage { .. }
            | Self::MissingModule(_)
            | Self::MissingTemplate(_)
            | Self::AddedKey(_)
            | Self::RemovedKey(_)
            | Self::MissingImplementation { .. }
            | Self::MissingDataType(_)
            | Self::BecameUnserializable(_)
            | Self::ChangedOrigin { .. }
            | Self::ChangedVariety { .. } => return None,
        })
    }
}

/// How many names a message lists.
pub(super) const LISTED_MAX: usize = 5;

fn names(names: &[Name]) -> String {
    listed(names.iter().map(ToString::to_string), ", ")
}

fn changes(changes: &[(Name, Change)]) -> String {
    let changes = changes.iter();
    listed(
        changes.map(|(name, change)| format!("{name} {change}")),
        "; ",
    )
}

fn listed(items: impl ExactSizeIterator<Item = String>, separator: &str) -> String {
    let more = if items.len() > LISTED_MAX {
        " and more"
    } else {
        ""
    };
    let shown: Vec<String> = items.take(LISTED_MAX).collect();
    format!("{}{more}", shown.join(separator))
}

/// How a type differs from what it was: the first part that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it was.
    pub past: String,
    /// What it is now.
    pub present: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "was {} and is {}", self.past, self.present)
    }
}

/// What a data type is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The argument of a template.
    Template(DottedName),
    /// The argument of a choice.
    ChoiceInput {
        /// The template.
        template: DottedName,
        /// Its choice.
        choice: Name,
    },
    /// The fields of a constructor.
    Constructor {
        /// The variant.
        variant: DottedName,
        /// The record that is the constructor's argument.
        argument: Identifier,
    },
    /// Nothing special.
    TopLevel(DottedName),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(name) => write!(f, "template {name}"),
            Self::ChoiceInput { template, choice } => {
                write!(f, "input type of choice {choice} on template {template}")
            }
            Self::Constructor { variant, argument } => write!(
                f,
                "variant constructor {} from variant {variant}",
                argument.name()
            ),
            Self::TopLevel(name) => write!(f, "data type {name}"),
        }
    }
}

impl Origin {
    /// Whether it is the same in another version of the package.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Constructor { variant, argument },
                Self::Constructor {
                    variant: other_variant,
                    argument: other_argument,
                },
            ) => {
                variant == other_variant
                    && argument.module() == other_argument.module()
                    && argument.name() == other_argument.name()
            }
            _ => self == other,
        }
    }
}
